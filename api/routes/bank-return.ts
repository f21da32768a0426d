import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import { appendAudit } from '../../store/audit.ts'
import { findBankReturn, listBankReturns, toBankReturnView } from '../../store/bank-return.ts'
import { insertReview } from '../../store/review.ts'
import { findWallet } from '../../store/wallet.ts'
import { BankReturnReply, GiveUpRequest } from '../bank-return-schemas.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { Pending } from '../payment-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('ret') })
const readers = {
  callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
  scope: 'bank-returns:read'
} as const

/** What banks took back after they had booked it. */
export const bankReturnRoutes = (deps: ApiDeps): Route[] => [
  listRoute(deps),
  readRoute(deps, createSubmit(deps)),
  giveUpRoute(deps)
]

const ReturnQuery = ListQuery.extend({ wallet_id: id('wal').optional(), state: BankReturnReply.shape.state.optional() })

const listRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/bank-returns',
    {
      summary: 'List bank returns, newest first',
      description: 'Customers see those of their wallets. Without the timeline, which `GET /v1/bank-returns/{id}` has.',
      query: ReturnQuery,
      reply: listOf(BankReturnReply),
      ...readers
    },
    async ({ query: { wallet_id: walletId, state, limit, cursor }, ownOnly, mustOwn }) => {
      const { customerId } = ownOnly()
      // A wallet that is not there has no owner, and is answered like someone else's.
      if (walletId !== undefined && customerId !== undefined) mustOwn((await findWallet(db, walletId)) ?? {})
      const place = readCursor(z.tuple([z.iso.datetime(), id('ret')]), cursor)
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = await listBankReturns(db, { walletId, customerId, state }, before, limit + 1)
      return toPage(
        rows,
        limit,
        ({ bankReturn }) => [instant(bankReturn.createdAt), bankReturn.id],
        ({ bankReturn, recordedAt, changedAt }) => ({
          ...(toBankReturnView(bankReturn) as z.input<typeof BankReturnReply>),
          created_at: instant(recordedAt),
          updated_at: instant(changedAt)
        })
      )
    }
  )

const readRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/bank-returns/{id}',
    { summary: 'Read a bank return', params, reply: BankReturnReply, ...readers },
    async (call) => {
      call.mustOwn((await findBankReturn(db, call.params.id)) ?? {})
      return submit.read(call, call.params.id)
    }
  )

const giveUpRoute = ({ db }: ApiDeps): Route =>
  route.post(
    '/bank-returns/{id}/write-off',
    {
      summary: 'Ask to give up what a customer owes for a return',
      description: 'Always a review that another finance operator decides: the loss is ours.',
      params,
      body: GiveUpRequest,
      reply: Pending,
      status: 202,
      callers: { finance: 'any' },
      scope: 'bank-returns:write',
      idempotency: 'process',
      errors: ['state_conflict', 'idempotency_key_reused']
    },
    async (call) => {
      const found = await findBankReturn(db, call.params.id)
      if (!found) throw new Refusal('not_found')
      const { principal, requestId, fingerprint } = call
      const reviewId = call.newId('rev')
      const { outstanding: amount, currency } = found
      const request = {
        id: reviewId,
        processId: found.id,
        action: 'write-off',
        data: { ...call.body, amount: toWire({ amount, currency }) },
        requestedBy: principal,
        requestId,
        fingerprint
      }
      const { made } = await inTransaction(db, async (transaction) => {
        const inserted = await insertReview(transaction, request)
        if (!inserted.made) return inserted
        if (found.state !== 'receivable') throw new Refusal('state_conflict', { state: found.state })
        const entry = { actor: principal, action: 'bank_return.write_off_requested', object: found.id, requestId }
        await appendAudit(transaction, { ...entry, data: { review_id: reviewId } })
        return inserted
      })
      const replayed: Record<string, string> = made ? {} : { 'Idempotent-Replayed': 'true' }
      const body = { id: reviewId, object: 'review' as const }
      return answer(202, body, { Location: `/v1/reviews/${reviewId}`, ...replayed })
    }
  )
