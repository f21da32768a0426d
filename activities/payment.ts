import { Refusal } from '../domain/errors.ts'
import { currency } from '../domain/currencies.ts'
import { fundingOf } from '../domain/funding.ts'
import { idOf } from '../domain/ids.ts'
import type { PaymentOrder } from '../domain/orders.ts'
import { expiryDecision } from '../domain/payment-rules.ts'
import { sharesOf } from '../domain/splits.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { isSuspended } from '../store/customers.ts'
import { findFirstVersion } from '../store/event.ts'
import { readPaymentFacts, type PaymentFacts } from '../store/payment-facts.ts'
import { getPayment, type Payment } from '../store/payment.ts'
import { readBusinessNow } from '../store/process.ts'
import { notJudged } from '../store/risk.ts'
import { pendingDecisions } from './carry-out.ts'
import type { PaymentDeps } from './deps.ts'
import { authorizePaymentUnit, refusedUnit, type PaymentStep } from './payment-authorize.ts'
import { toPaymentProgress, type PaymentAccepted, type PaymentProgress, type PaymentStart } from './payment-progress.ts'
import { tellPaymentRequest } from './payment-request-told.ts'
import { paymentDecisions } from './payment-decisions.ts'
import { paymentReviews } from './payment-review.ts'
import { heldPayment, paymentWrite, releasePart } from './payment-units.ts'
import { settle } from './settle.ts'

/** How long the hold of a suspended customer is left alone before it is looked at again, in business milliseconds. */
const SUSPENDED_LOOK_MS = 86_400_000

/** Every step of a payment but those of a bank that pays it; each is one unit of work, and safe to repeat. */
export function paymentActivities(deps: PaymentDeps) {
  const { db, ledger, crash } = deps
  const progressOf = async (id: string): Promise<PaymentProgress> => toPaymentProgress(await getPayment(db, id))

  /** Its first unit was committed before this run, or before this worker: the record answers for itself. */
  const foundThere = async (id: string): Promise<PaymentAccepted> => ({
    ...(await progressOf(id)),
    first_version: await findFirstVersion(db, id)
  })

  return {
    /**
     * Authorizes the order, and captures it in the same unit unless that is to happen later; or declines it, or asks for
     * the customer's confirmation. A record that is there already answers for itself.
     */
    authorizePayment: async (start: PaymentStart): Promise<PaymentAccepted> => {
      let order: Payment
      let step: PaymentStep
      // Built again where what asked for it has moved on meanwhile; without that nothing can.
      let settled = await settle(ledger, async () => {
        const facts = await readPaymentFacts(db, partiesOf(start.order), start.policy)
        order = newPayment(start, facts)
        step = authorizePaymentUnit(start, order, facts)
        return step.unit
      })
      if (settled.kind === 'refused') {
        step = refusedUnit(start, order!, settled, order!.createdAt)
        settled = await settle(ledger, () => Promise.resolve(step.unit))
      }
      const { after } = step!
      const progress = settled.replayed || !after ? await foundThere(start.id) : toPaymentProgress(after)
      crash('payment.authorize/report')
      await tellPaymentRequest(deps, start, progress)
      return progress
    },

    /**
     * The time to review, to confirm, or to capture, is over. A payment that moved on meanwhile is left as it is; so is the hold of a
     * suspended customer, which is looked at again the next day.
     */
    expirePayment: async (start: PaymentStart): Promise<PaymentProgress> => {
      const there = await getPayment(db, start.id)
      if (there.state === 'requires_capture' && (await isSuspended(db, there.customerId))) {
        const tomorrow = new Date((await readBusinessNow(db)).getTime() + SUSPENDED_LOOK_MS)
        return { ...toPaymentProgress(there), deadline: tomorrow.toISOString() }
      }
      const { version } = there
      const key = `${start.id}:expire:${version}`
      const fingerprint = start.fingerprint
      try {
        await settle(ledger, async () => {
          const payment = await getPayment(db, start.id)
          return { ...expiry(payment, await readBusinessNow(db)), key, fingerprint }
        })
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
      const progress = await progressOf(start.id)
      crash('payment.expire/report')
      return progress
    },

    ...paymentDecisions(deps),
    ...paymentReviews(deps),

    readPayment: (start: PaymentStart): Promise<PaymentProgress> => progressOf(start.id),

    listPaymentDecisions: pendingDecisions(db)
  }
}

const partiesOf = (order: PaymentOrder) => ({
  walletId: order.wallet_id,
  merchantId: order.merchant_id,
  paymentRequestId: order.payment_request_id,
  funding: fundingOf(order),
  splits: sharesOf(order)
})

function newPayment({ id, order, policy }: PaymentStart, { customerId, now }: PaymentFacts): Payment {
  return {
    id: idOf('pay', id),
    state: 'processing',
    version: 0,
    customerId,
    walletId: idOf('wal', order.wallet_id),
    merchantId: idOf('mer', order.merchant_id),
    paymentRequestId: order.payment_request_id === undefined ? null : idOf('prq', order.payment_request_id),
    currency: currency(order.amount.currency),
    amount: BigInt(order.amount.amount),
    capture: order.capture,
    captured: 0n,
    refunded: 0n,
    disputed: 0n,
    fee: 0n,
    description: order.description ?? null,
    metadata: order.metadata,
    declineCode: null,
    confirmBefore: new Date(now.getTime() + policy.confirmation_ms),
    confirmedAt: null,
    authorizedAt: null,
    captureBefore: null,
    limitCounters: [],
    createdAt: now,
    funding: fundingOf(order),
    railReference: null,
    sentAt: null,
    splits: sharesOf(order),
    returned: 0n,
    lastCapture: null,
    holdRelease: null,
    ...notJudged
  }
}

/** @throws {Refusal} when its time has not come, or it is over: nothing to do, and nothing to remember. */
function expiry(payment: Payment, now: Date): UnitPart {
  if (payment.state === 'requires_action' && now >= payment.confirmBefore!)
    return { records: [paymentWrite(payment, payment, ['expired'])] }
  if (payment.state === 'in_review' && now >= payment.reviewBefore!)
    return { records: [paymentWrite(payment, payment, ['expired'])] }
  const held = heldPayment(payment)
  const decided = held instanceof Refusal ? held : expiryDecision(held, now)
  if (decided instanceof Refusal) throw decided
  return releasePart(payment, decided, 'expire_hold')
}
