import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import { hasReferenceRate } from '../../domain/reference-rates.ts'
import { readStatement, type Entry } from '../../ledger/statement.ts'
import { appendAudit } from '../../store/audit.ts'
import { findCustomer } from '../../store/customers.ts'
import { findWallet, listWallets, openWallet, type Wallet } from '../../store/wallet.ts'
import { CustomerListQuery, listedCustomer, pageOfFew } from '../customer-list.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf, readSeqCursor, writeCursor } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { accountOf, withBalance } from '../wallet-reply.ts'
import { EntriesQuery, EntryReply, WalletReply, WalletRequest } from '../wallet-schemas.ts'

const params = z.strictObject({ id: id('wal') })
const readers = {
  callers: { customer: 'own', service: 'any', support: 'any', finance: 'any' },
  scope: 'wallets:read'
} as const

/** A customer's money, one currency a wallet. What is in it stands in the books alone. */
export const walletRoutes = (deps: ApiDeps): Route[] => [
  makeWallet(deps),
  listTheirs(deps),
  readOne(deps),
  listEntries(deps)
]

const makeWallet = ({ policy }: ApiDeps): Route =>
  route.post(
    '/wallets',
    {
      summary: 'Open a wallet for a customer',
      description: 'One for each currency.',
      body: WalletRequest,
      reply: WalletReply,
      status: 201,
      callers: { customer: 'own', service: 'any' },
      scope: 'wallets:write',
      idempotency: 'stored',
      errors: ['not_found', 'state_conflict']
    },
    async ({ body: { customer_id, currency }, ownOnly, newId, transaction, principal, requestId }) => {
      if (!hasReferenceRate(currency, policy.limits.reference_rates)) {
        const message = 'has no reference rate, so no limit could be measured in it'
        throw new Refusal('invalid_request', { errors: [{ pointer: '/currency', message }] })
      }
      const customer = await findCustomer(transaction, listedCustomer(ownOnly(), customer_id, '/customer_id'))
      if (!customer) throw new Refusal('not_found', { pointer: '/customer_id' })
      if (customer.state === 'closing' || customer.state === 'closed')
        throw new Refusal('state_conflict', { state: customer.state })
      const wallet = await openWallet(transaction, { id: newId('wal'), customerId: customer.id, currency })
      await appendAudit(transaction, { actor: principal, action: 'wallet.opened', object: wallet.id, requestId })
      return withBalance(transaction, wallet)
    }
  )

const listTheirs = ({ db }: ApiDeps): Route =>
  route.get(
    '/wallets',
    { summary: 'List a customer’s wallets', query: CustomerListQuery, reply: listOf(WalletReply), ...readers },
    async ({ query, ownOnly }) => {
      const wallets = await listWallets(db, listedCustomer(ownOnly(), query.customer_id))
      const page = pageOfFew(wallets, query)
      return { ...page, data: await Promise.all(page.data.map((wallet) => withBalance(db, wallet))) }
    }
  )

const readOne = ({ db }: ApiDeps): Route =>
  route.get(
    '/wallets/{id}',
    { summary: 'Read a wallet with its balance', params, reply: WalletReply, ...readers },
    async ({ params, mustOwn }) => {
      const wallet = await findWallet(db, params.id)
      if (!wallet) throw new Refusal('not_found')
      mustOwn(wallet)
      return withBalance(db, wallet)
    }
  )

const listEntries = ({ db }: ApiDeps): Route =>
  route.get(
    '/wallets/{id}/entries',
    {
      summary: 'List what was booked on a wallet, newest first',
      description: 'Holds are no entries: they show in the wallet’s `pending` until they are captured.',
      params,
      query: EntriesQuery,
      reply: listOf(EntryReply),
      ...readers
    },
    async ({ params, query: { from, to, limit, cursor }, mustOwn }) => {
      const wallet = await findWallet(db, params.id)
      if (!wallet) throw new Refusal('not_found')
      mustOwn(wallet)
      const after = readSeqCursor(cursor)
      const { entries, next } = await readStatement(db, accountOf(wallet), {
        order: 'newest_first',
        limit,
        ...(from && { from }),
        ...(to && { to }),
        ...(after !== undefined && { after })
      })
      return {
        data: entries.map((entry) => toEntryReply(entry, wallet)),
        next_cursor: next === undefined ? null : writeCursor([next.toString()]),
        has_more: next !== undefined
      }
    }
  )

const toEntryReply = (entry: Entry, { currency }: Wallet): z.input<typeof EntryReply> => ({
  id: entry.id,
  posting_id: entry.postingId,
  version: Number(entry.version),
  delta: toWire({ amount: entry.delta, currency }),
  balance_after: toWire({ amount: entry.balanceAfter, currency }),
  effective_at: instant(entry.effectiveAt),
  posted_at: instant(entry.postedAt),
  source: entry.source
})
