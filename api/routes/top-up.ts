import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import type { TopUpOrder } from '../../domain/orders.ts'
import { topUpPolicy } from '../../domain/policy/index.ts'
import { findBankAccount } from '../../store/bank-account.ts'
import { findTopUp, type TopUp } from '../../store/top-up.ts'
import { findWallet } from '../../store/wallet.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { auditOf } from '../audit-of.ts'
import type { Owner } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { dryRunTopUp } from '../dry-run-top-up.ts'
import { Pending } from '../payment-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'
import { TopUpReply, TopUpRequest, WriteOffRequest } from '../top-up-schemas.ts'
import { needsReview, requestWriteOffReview } from '../write-off-top-up.ts'

const params = z.strictObject({ id: id('top') })
const pending = { 202: { description: 'Nothing is committed yet: ask again under Location', schema: Pending } }
const stuck = {
  params,
  reply: TopUpReply,
  status: 200,
  callers: { finance: 'any' },
  scope: 'top-ups:write',
  idempotency: 'process',
  errors: ['state_conflict', 'idempotency_key_reused', 'service_unavailable']
} as const

/** Money from a linked bank account into a wallet. */
export const topUpRoutes = (deps: ApiDeps): Route[] => {
  const submit = createSubmit(deps)
  return [orderRoute(deps, submit), readRoute(deps, submit), retryRoute(deps, submit), writeOffRoute(deps, submit)]
}

const orderRoute = ({ db, policy }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/top-ups',
    {
      summary: 'Top a wallet up from a linked bank account',
      description:
        'Usually answers `processing`, before the bank is asked: poll, or listen for the event. Declines answer 201 too. ' +
        'With `dry_run` nothing is stored, and no bank is asked.',
      body: TopUpRequest,
      reply: TopUpReply,
      status: 201,
      otherReplies: { ...pending, 200: { description: 'dry_run: what would happen', schema: TopUpReply } },
      callers: { customer: 'own', service: 'any' },
      scope: 'top-ups:write',
      idempotency: 'process',
      errors: ['currency_mismatch', 'idempotency_key_reused', 'service_unavailable']
    },
    async (call) => {
      const { order, customerId } = await toOrder(db, call.body, call.mustOwn)
      if (call.body.dry_run) return answer(200, await dryRunTopUp(db, order, topUpPolicy(policy)))
      return submit.start(call, {
        type: 'top-up',
        id: call.newId('top'),
        order,
        policy: topUpPolicy(policy),
        summary: `top-up of ${order.amount.amount} ${order.amount.currency} minor units through bank ${order.bank}`,
        searchAttributes: [
          { key: searchAttributes.customerRef, value: customerId },
          { key: searchAttributes.rail, value: `bank_${order.bank}` }
        ]
      })
    }
  )

const readRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/top-ups/{id}',
    {
      summary: 'Read a top-up',
      params,
      reply: TopUpReply,
      callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'top-ups:read'
    },
    async (call) => {
      const topUp = await findTopUp(db, call.params.id)
      call.mustOwn(topUp ?? {})
      return submit.read(call, call.params.id)
    }
  )

const retryRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/top-ups/{id}/retry',
    {
      summary: 'Have the bank asked now',
      description: 'What the bank says is booked as always; while it says nothing, the top-up stays `processing`.',
      ...stuck,
      otherReplies: pending
    },
    async (call) => {
      const { id } = await existing(db, call.params.id)
      const about = { type: 'top-up', processId: id, role: call.caller.role }
      const alongside = auditOf(call, { action: 'top_up.retry', object: id })
      return submit.decide(call, { ...about, action: 'retry', data: {}, alongside })
    }
  )

const writeOffRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/top-ups/{id}/write-off',
    {
      summary: 'Give a stuck top-up up, with proof that the bank did not book it',
      description:
        'Ends it as `failed`; nothing is posted. Above 1,000 USD: 202 with a review that another finance operator decides.',
      ...stuck,
      body: WriteOffRequest,
      otherReplies: { 202: { description: 'A second operator has to approve: see Location', schema: Pending } }
    },
    async (call) => {
      const topUp = await existing(db, call.params.id)
      if (await needsReview(db, topUp)) return requestWriteOffReview(db, call, topUp, call.body)
      const about = { type: 'top-up', processId: topUp.id, role: call.caller.role }
      const alongside = auditOf(call, { action: 'top_up.write_off', object: topUp.id })
      return submit.decide(call, { ...about, action: 'write-off', data: { ...call.body }, alongside })
    }
  )

/** @throws {Refusal} `not_found` for what is not there, someone else's, or not the same customer's; `currency_mismatch` */
async function toOrder(db: ApiDeps['db'], body: z.output<typeof TopUpRequest>, mustOwn: (owner: Owner) => void) {
  const wallet = await findWallet(db, body.wallet_id)
  if (wallet) mustOwn(wallet)
  if (!wallet) throw new Refusal('not_found', { pointer: '/wallet_id' })
  const bankAccount = await findBankAccount(db, body.bank_account_id)
  if (bankAccount?.customerId !== wallet.customerId) throw new Refusal('not_found', { pointer: '/bank_account_id' })
  if (body.amount.currency !== wallet.currency) throw new Refusal('currency_mismatch')
  const order: TopUpOrder = {
    wallet_id: wallet.id,
    bank_account_id: bankAccount.id,
    bank: bankAccount.bank,
    amount: toWire(body.amount),
    metadata: body.metadata
  }
  return { order, customerId: wallet.customerId }
}

async function existing(db: ApiDeps['db'], id: string): Promise<TopUp> {
  const topUp = await findTopUp(db, id)
  if (!topUp) throw new Refusal('not_found')
  return topUp
}
