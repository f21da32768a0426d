import { Refusal } from '../domain/errors.ts'
import { currency } from '../domain/currencies.ts'
import { idOf } from '../domain/ids.ts'
import type { DecisionOutcome, PaymentOrder } from '../domain/orders.ts'
import type { PaymentState } from '../domain/payment.ts'
import { captureDecision, expiryDecision, voidDecision, type HeldPayment } from '../domain/payment-rules.ts'
import type { UnitOfWork } from '../ledger/unit-of-work.ts'
import { decisionUnitKey, getDecision, listPendingDecisions, type Decision } from '../store/decision.ts'
import { readPaymentFacts, type PaymentFacts } from '../store/payment-facts.ts'
import { findPayment, getPayment, type Payment } from '../store/payment.ts'
import { readBusinessNow } from '../store/process.ts'
import type { ActivityDeps } from './deps.ts'
import { authorizePaymentUnit, declineUnit, requireActionUnit } from './payment-authorize.ts'
import { toPaymentProgress, type PaymentProgress, type PaymentStart } from './payment-progress.ts'
import { capturePostings, giveBack, paymentWrite, releasePosting } from './payment-units.ts'
import { settle } from './settle.ts'

/** Every step of a payment from balance; each is one unit of work, and safe to repeat. */
export function paymentActivities({ db, ledger, crash }: ActivityDeps) {
  const progressOf = async (id: string): Promise<PaymentProgress> => toPaymentProgress(await getPayment(db, id))

  /** Carries out what someone decided: the row says what, by whom; `unitFor` says what that means for the payment now. */
  async function decide(
    id: string,
    decisionId: string,
    unitFor: (payment: Payment, decision: Decision) => Promise<Part>
  ) {
    const decision = await getDecision(db, id, decisionId)
    const key = decisionUnitKey(decision)
    const settled = await settle(ledger, async () => {
      const payment = await getPayment(db, id)
      return { ...refusalAsUnit(await unitFor(payment, decision)), key, fingerprint: decision.fingerprint }
    })
    return { ...settled, progress: await progressOf(id) }
  }

  return {
    /**
     * Authorizes the order, and captures it in the same unit unless that is to happen later; or declines it, or asks for
     * the customer's confirmation. A record that is there already answers for itself.
     */
    authorizePayment: async (start: PaymentStart): Promise<PaymentProgress> => {
      const there = await findPayment(db, start.id)
      if (there) return toPaymentProgress(there)
      const facts = await readPaymentFacts(db, partiesOf(start.order), start.policy)
      const order = newPayment(start, facts)
      const unit = authorizePaymentUnit(start, order, facts)
      const settled = await settle(ledger, () => Promise.resolve(unit))
      if (settled.kind === 'refused') {
        const next = settled.code === 'confirmation_required' ? requireActionUnit : declineUnit
        await settle(ledger, () => Promise.resolve(next(start, order, settled.code)))
      }
      const progress = await progressOf(start.id)
      crash('payment.authorize/report')
      return progress
    },

    /** The customer has confirmed (the decision says so): authorize now, on today's facts. */
    confirmPayment: async (start: PaymentStart, decisionId: string): Promise<PaymentDecided> => {
      const outcome = await decide(start.id, decisionId, async (payment, { actor }) => {
        if (payment.state !== 'requires_action') return new Refusal('state_conflict', { state: payment.state })
        const facts = await readPaymentFacts(db, payment, start.policy)
        if (facts.now >= payment.confirmBefore!) return new Refusal('confirmation_expired')
        return authorizePaymentUnit(start, { ...payment, confirmedAt: facts.now }, facts, actor)
      })
      // A confirmed payment that cannot be made is declined: the customer has said yes, the books say no.
      if (outcome.kind !== 'refused' || outcome.progress.state !== 'requires_action') return outcome
      if (outcome.code === 'confirmation_expired' || outcome.code === 'state_conflict') return outcome
      await settle(ledger, async () => declineUnit(start, await getPayment(db, start.id), outcome.code))
      return { ...outcome, progress: await progressOf(start.id) }
    },

    /** Books a part of the hold, or all that is left of it; the last part gives the rest back. */
    capturePayment: async (start: PaymentStart, decisionId: string): Promise<PaymentDecided> => {
      const outcome = await decide(start.id, decisionId, async (payment, { data, actor }) => {
        const order = {
          amount: data['amount'] === undefined ? undefined : BigInt(String(data['amount'])),
          final: data['final'] as boolean
        }
        const held = heldPayment(payment)
        if (held instanceof Refusal) return held
        const decided = captureDecision(held, order, await readBusinessNow(db), start.policy.merchant_fee)
        if (decided instanceof Refusal) return decided
        const { amount, feeDelta, released, path } = decided
        const after = { ...payment, captured: payment.captured + amount, fee: payment.fee + feeDelta }
        return {
          guards: giveBack(payment, released),
          postings: capturePostings(payment, amount, feeDelta, released),
          records: [paymentWrite(payment, after, path, { event: 'payment.captured', actor })]
        }
      })
      crash('payment.capture/report')
      return outcome
    },

    /** The merchant gives up what is left of the hold. */
    voidPayment: (start: PaymentStart, decisionId: string): Promise<PaymentDecided> =>
      decide(start.id, decisionId, async (payment, { actor }) => {
        const held = heldPayment(payment)
        const decided = held instanceof Refusal ? held : voidDecision(held)
        return decided instanceof Refusal ? decided : releaseUnit(payment, decided, 'void_hold', actor)
      }),

    /** The customer, or the backend for them, takes the order back before it was confirmed. */
    cancelPayment: (start: PaymentStart, decisionId: string): Promise<PaymentDecided> =>
      decide(start.id, decisionId, async (payment, { actor }) =>
        payment.state === 'requires_action'
          ? { records: [paymentWrite(payment, payment, ['canceled'], { actor })] }
          : new Refusal('state_conflict', { state: payment.state })
      ),

    /** The time to confirm, or to capture, is over. A payment that moved on meanwhile is left as it is. */
    expirePayment: async (start: PaymentStart): Promise<PaymentProgress> => {
      const { version } = await getPayment(db, start.id)
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
      return progressOf(start.id)
    },

    readPayment: (start: PaymentStart): Promise<PaymentProgress> => progressOf(start.id),

    /** Decisions that no message has brought: after a nudge the run looks for them here. */
    listPaymentDecisions: async (start: PaymentStart): Promise<{ id: string; action: string }[]> =>
      (await listPendingDecisions(db, start.id)).map(({ id, action }) => ({ id, action }))
  }
}

type PaymentDecided = DecisionOutcome<PaymentState>
type Part = Omit<UnitOfWork, 'key' | 'fingerprint'> | Refusal

const refusalAsUnit = (part: Part): Omit<UnitOfWork, 'key' | 'fingerprint'> =>
  part instanceof Refusal ? { guards: [{ kind: 'refuse', code: part.code, data: part.data }] } : part

const partiesOf = ({ wallet_id, merchant_id }: PaymentOrder) => ({ walletId: wallet_id, merchantId: merchant_id })

function newPayment({ id, order, policy }: PaymentStart, { customerId, now }: PaymentFacts): Payment {
  return {
    id: idOf('pay', id),
    state: 'processing',
    version: 0,
    customerId,
    walletId: idOf('wal', order.wallet_id),
    merchantId: idOf('mer', order.merchant_id),
    currency: currency(order.amount.currency),
    amount: BigInt(order.amount.amount),
    capture: order.capture,
    captured: 0n,
    refunded: 0n,
    fee: 0n,
    description: order.description ?? null,
    metadata: order.metadata,
    declineCode: null,
    confirmBefore: new Date(now.getTime() + policy.confirmation_ms),
    confirmedAt: null,
    authorizedAt: null,
    captureBefore: null,
    limitCounters: [],
    createdAt: now
  }
}

function heldPayment({ state, currency, amount, captured, captureBefore }: Payment): HeldPayment | Refusal {
  if (state !== 'requires_capture') return new Refusal('state_conflict', { state })
  return { state, currency, authorized: amount, captured, captureBefore: captureBefore! }
}

function releaseUnit(
  payment: Payment,
  { released, path }: { released: bigint; path: readonly Payment['state'][] },
  op: 'void_hold' | 'expire_hold',
  actor?: string
): Omit<UnitOfWork, 'key' | 'fingerprint'> {
  return {
    guards: giveBack(payment, released),
    postings: [releasePosting(payment, op)],
    records: [paymentWrite(payment, payment, path, { actor })]
  }
}

/** @throws {Refusal} when its time has not come, or it is over: nothing to do, and nothing to remember. */
function expiry(payment: Payment, now: Date): Omit<UnitOfWork, 'key' | 'fingerprint'> {
  if (payment.state === 'requires_action' && now >= payment.confirmBefore!)
    return { records: [paymentWrite(payment, payment, ['expired'])] }
  const held = heldPayment(payment)
  const decided = held instanceof Refusal ? held : expiryDecision(held, now)
  if (decided instanceof Refusal) throw decided
  return releaseUnit(payment, decided, 'expire_hold')
}
