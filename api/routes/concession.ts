import { z } from 'zod'
import { account } from '../../domain/account-kinds.ts'
import { goodwillFault, merchantDebtFault } from '../../domain/concession.ts'
import type { Fault } from '../../domain/dispute-rules.ts'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import type { ConcessionOrder } from '../../domain/orders.ts'
import { disputePolicy } from '../../domain/policy/index.ts'
import { readBalance } from '../../ledger/balances.ts'
import { findConcession, isFollowed } from '../../store/concession.ts'
import { findDispute } from '../../store/dispute.ts'
import { findMerchant } from '../../store/merchant.ts'
import { ConcessionReply, ConcessionRequest } from '../concession-schemas.ts'
import type { ApiDeps } from '../deps.ts'
import { notYet } from '../payment-schemas.ts'
import { route, type Answer, type Call, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const made = {
  body: ConcessionRequest,
  reply: ConcessionReply,
  status: 201,
  otherReplies: notYet,
  scope: 'concessions:write',
  idempotency: 'process',
  errors: [
    'state_conflict',
    'amount_not_disputable',
    'currency_mismatch',
    'idempotency_key_reused',
    'service_unavailable'
  ]
} as const

/** What we give up of our own. */
export const concessionRoutes = (deps: ApiDeps): Route[] => {
  const submit = createSubmit(deps)
  return [goodwillRoute(deps, submit), merchantDebtRoute(deps, submit), readRoute(deps, submit)]
}

const goodwillRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/disputes/{id}/goodwill',
    {
      ...made,
      summary: 'Give a customer money of ours for a dispute that the merchant has won',
      description:
        'Once, and at most what was disputed; the merchant keeps theirs. Above 1,000 USD another finance operator approves it.',
      params: z.strictObject({ id: id('dsp') }),
      callers: { reviewer: 'any', finance: 'any' }
    },
    async (call) => {
      const dispute = await findDispute(deps.db, call.params.id)
      if (!dispute) throw new Refusal('not_found')
      const { amount, currency } = call.body.amount
      if (currency !== dispute.currency) throw new Refusal('currency_mismatch', { pointer: '/amount/currency' })
      const lost = { ...dispute, isFollowed: await isFollowed(deps.db, dispute.id) }
      const subject = { kind: 'goodwill', merchant_id: dispute.merchantId, dispute_id: dispute.id } as const
      return concede(deps, submit, call, subject, goodwillFault(lost, amount))
    }
  )

const merchantDebtRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/merchants/{id}/write-off',
    {
      ...made,
      summary: 'Give up what a merchant owes and will not pay',
      description: 'Always approved by another finance operator. Refused while the merchant has money with us.',
      params: z.strictObject({ id: id('mer') }),
      callers: { finance: 'any' }
    },
    async (call) => {
      const { db } = deps
      const merchant = await findMerchant(db, call.params.id)
      if (!merchant) throw new Refusal('not_found')
      const { amount, currency } = call.body.amount
      const has = async (kind: 'merchant_payable' | 'merchant_reserve' | 'merchant_receivable') =>
        (await readBalance(db, account(kind, merchant.id, currency))).posted
      const [payable, reserve] = [await has('merchant_payable'), await has('merchant_reserve')]
      const fault = merchantDebtFault({ payable, reserve, receivable: await has('merchant_receivable') }, amount)
      return concede(deps, submit, call, { kind: 'merchant_debt', merchant_id: merchant.id }, fault)
    }
  )

type ConcedeCall = Omit<Call<unknown, unknown, z.output<typeof ConcessionRequest>, unknown, 'process'>, 'caller'>

/** @throws {Refusal} the fault, of what has not begun yet. */
async function concede(
  { policy }: ApiDeps,
  submit: Submit,
  call: ConcedeCall,
  subject: Pick<ConcessionOrder, 'kind' | 'merchant_id' | 'dispute_id'>,
  fault: Fault | undefined
): Promise<Answer<unknown>> {
  const { reason } = call.body
  const amount = toWire(call.body.amount)
  return submit.startAllowed(call, { type: 'concession', id: call.newId('con') }, async () => {
    if (fault) throw new Refusal(fault.code, fault.data)
    return {
      order: { ...subject, amount, reason },
      policy: disputePolicy(policy),
      summary: `${subject.kind} of ${amount.amount} ${amount.currency} minor units`,
      searchAttributes: []
    }
  })
}

const readRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/concessions/{id}',
    {
      summary: 'Read what we have given up',
      params: z.strictObject({ id: id('con') }),
      reply: ConcessionReply,
      callers: { reviewer: 'any', finance: 'any', support: 'any' },
      scope: 'concessions:read'
    },
    async (call) => {
      if (!(await findConcession(db, call.params.id))) throw new Refusal('not_found')
      return submit.read(call, call.params.id)
    }
  )
