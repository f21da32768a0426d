import { z } from 'zod'
import {
  accountNumberFault,
  isPlainPattern,
  plainAccountNumber,
  type Biller,
  type BillerState
} from '../../domain/biller.ts'
import { currency } from '../../domain/currencies.ts'
import { Refusal } from '../../domain/errors.ts'
import { idOf } from '../../domain/ids.ts'
import { toWire } from '../../domain/money.ts'
import { appendAudit } from '../../store/audit.ts'
import { findBiller, insertBiller, listBillers, moveBiller } from '../../store/biller.ts'
import { listSettledWith, type SettledNews } from '../../store/biller-news.ts'
import { billerFilters, BillerMoveReply, BillerReply, BillerRequest } from '../biller-schemas.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, readSeqCursor, toPage } from '../list.ts'
import { ReasonRequest } from '../merchant-schemas.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const params = z.strictObject({ id: id('bil') })
const readers = {
  callers: { customer: 'any', service: 'any', support: 'any', reviewer: 'any', finance: 'any', admin: 'any' },
  scope: 'billers:read'
} as const

/** Who can be paid bills, and what admins do about them. */
export const billerRoutes = (deps: ApiDeps): Route[] => [list(deps), read(deps), settled(deps), create, ...changes]

const list = ({ db }: ApiDeps): Route =>
  route.get(
    '/billers',
    {
      summary: 'Find billers, by name',
      query: ListQuery.extend(billerFilters),
      reply: listOf(BillerReply),
      ...readers
    },
    async ({ query: { limit, cursor, ...filter } }) => {
      const after = readCursor(z.tuple([z.string().max(100), id('bil')]), cursor)
      const rows = await listBillers(db, filter, after, limit + 1)
      return toPage(rows, limit, ({ place }) => place, toReply)
    }
  )

const read = ({ db }: ApiDeps): Route =>
  route.get('/billers/{id}', { summary: 'Read a biller', params, reply: BillerReply, ...readers }, async (call) => {
    const biller = await findBiller(db, call.params.id)
    if (!biller) throw new Refusal('not_found')
    return toReply(biller)
  })

const settled = ({ db }: ApiDeps): Route =>
  route.get(
    '/billers/{id}/settlements',
    {
      summary: 'What the network has settled with a biller, and what the biller has given back; newest first',
      params,
      query: ListQuery,
      reply: listOf(BillerMoveReply),
      callers: { finance: 'any', admin: 'any' },
      scope: 'billers:read'
    },
    async ({ params: { id: billerId }, query: { limit, cursor } }) => {
      if (!(await findBiller(db, billerId))) throw new Refusal('not_found')
      const before = readSeqCursor(cursor)
      const rows = await listSettledWith(db, billerId, before, limit + 1)
      return toPage(rows, limit, ({ seq }) => [String(seq)], toMove)
    }
  )

const toMove = ({ kind, reference, bank, billPaymentId, ...moved }: SettledNews) => ({
  object: 'biller_move' as const,
  kind,
  reference,
  bank,
  bill_payment_id: billPaymentId === null ? null : idOf('bpm', billPaymentId),
  amount: toWire({ amount: moved.amount, currency: currency(moved.currency) }),
  payments: moved.payments,
  at: instant(moved.at),
  booked_at: instant(moved.bookedAt)
})

const create: Route = route.post(
  '/billers',
  {
    summary: 'Take a biller of the network into the directory',
    body: BillerRequest,
    reply: BillerReply,
    status: 201,
    callers: { admin: 'any' },
    scope: 'billers:write',
    idempotency: 'stored',
    errors: ['state_conflict']
  },
  async ({ body, newId, transaction, principal, requestId }) => {
    const { name, category, country, network_code: networkCode, account_number, tells_bills: tellsBills } = body
    const { check_digit: checkDigit, ...format } = account_number
    const account = { ...format, checkDigit }
    // Customers are shown it as the one that is right.
    if (!isPlainPattern(account.pattern) || accountNumberFault(plainAccountNumber(account.example), account))
      throw new Refusal('invalid_request', {
        errors: [{ pointer: '/account_number/example', message: 'does not fit the pattern and its check digits' }]
      })
    const biller: Omit<Biller, 'state'> = {
      id: newId('bil'),
      name,
      category,
      country,
      currency: currency(body.currency),
      networkCode,
      account,
      tellsBills,
      fee: BigInt(body.fee)
    }
    if (!(await insertBiller(transaction, biller))) throw new Refusal('state_conflict', { field: 'network_code' })
    const entry = { actor: principal, action: 'biller.created', object: biller.id, requestId }
    await appendAudit(transaction, { ...entry, data: { network_code: networkCode } })
    return toReply({ ...biller, state: 'active' })
  }
)

const changes: readonly Route[] = [
  change('suspend', 'suspended', 'Suspend a biller: what is not on its way to it waits, or is refused'),
  change('resume', 'active', 'Have a suspended biller paid again'),
  change('close', 'closed', 'Close a biller for good')
]

function change(verb: string, to: BillerState, summary: string): Route {
  return route.post(
    `/billers/{id}/${verb}`,
    {
      summary,
      params,
      body: ReasonRequest,
      reply: BillerReply,
      status: 200,
      callers: { admin: 'any' },
      scope: 'billers:write',
      idempotency: 'stored',
      errors: ['state_conflict']
    },
    async ({ params, body: { reason }, transaction, principal, requestId }) => {
      const biller = await moveBiller(transaction, params.id, to)
      const entry = { actor: principal, action: `biller.${verb}`, object: biller.id, requestId }
      await appendAudit(transaction, { ...entry, data: { reason } })
      return toReply(biller)
    }
  )
}

const toReply = ({ id, name, category, country, currency, account, tellsBills, fee, state }: Biller) => ({
  id,
  object: 'biller' as const,
  name,
  category,
  country,
  currency,
  account_number: {
    pattern: account.pattern,
    check_digit: account.checkDigit,
    example: account.example,
    hint: account.hint
  },
  tells_bills: tellsBills,
  fee: toWire({ amount: fee, currency }),
  state
})
