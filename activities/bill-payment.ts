import type { BillAnswer } from '../domain/bill.ts'
import { accountIndexOf } from '../store/bill-account.ts'
import { readBillPaymentFacts, zoneOf, type BillPaymentFacts } from '../store/bill-payment-facts.ts'
import { findBillPayment, getBillPayment, type BillPayment } from '../store/bill-payment.ts'
import { findFirstVersion } from '../store/event.ts'
import { acceptUnit, attemptPart, newBillPayment } from './bill-payment-attempt.ts'
import {
  toBillPaymentProgress,
  type BillPaymentAccepted,
  type BillPaymentProgress,
  type BillPaymentStart
} from './bill-payment-progress.ts'
import { createBillPaymentStep } from './bill-payment-step.ts'
import * as units from './bill-payment-units.ts'
import type { ActivityDeps } from './deps.ts'
import { settle, type Refused, type Settled } from './settle.ts'

export type DueBill = Extract<BillAnswer, { kind: 'open' }>

type Deps = Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'crash'>

/** How a bill payment gets on record, and looks for its money; each step is one unit of work, and safe to repeat. */
export function billPaymentActivities(deps: Deps) {
  const { db, vault, ledger, crash } = deps
  const step = createBillPaymentStep(deps)
  const progressOf = async ({ id, policy }: BillPaymentStart): Promise<BillPaymentProgress> =>
    toBillPaymentProgress(await getBillPayment(db, id), policy)

  return {
    /**
     * Puts the order on record: for its day; or holds the money now, or has the customer approve first, or says why not. A
     * record that is there already answers for itself.
     */
    acceptBillPayment: async (start: BillPaymentStart): Promise<BillPaymentAccepted> => {
      const { id, order, policy } = start
      const there = await findBillPayment(db, id)
      if (there) return { ...toBillPaymentProgress(there, policy), first_version: await findFirstVersion(db, id) }
      const { customerId } = await factsOf(deps, start)
      const accountIndex = await accountIndexOf(db, vault, customerId, order)
      const settled = await settle(ledger, async () => {
        const facts = await factsOf(deps, start)
        return acceptUnit(start, newBillPayment(start, facts, accountIndex), facts)
      })
      if (settled.kind === 'refused') await refuseNew(deps, start, accountIndex, settled)
      const progress = await progressOf(start)
      crash('bill-payment.accept/report')
      return progress
    },

    /**
     * Its day has come, or that of another attempt: holds the money, or asks its customer, or says why not.
     * @param number of attempts before this one
     */
    attemptBillPayment: async (
      start: BillPaymentStart,
      number: number,
      bill?: DueBill
    ): Promise<BillPaymentProgress> => {
      const settled = await attempt(deps, start, number, bill)
      if (settled.kind === 'posted' || settled.code === 'state_conflict') return progressOf(start)
      const zone = await zoneOf(db, (await getBillPayment(db, start.id)).customerId)
      return step(start, `unpaid:${number}`, (before) => {
        if (!mayAttempt(before, number)) return undefined
        if (settled.code === 'bill_already_paid' && before.state === 'announced')
          return units.endPart(before, 'skipped', settled.code)
        return units.unpaidPart({ before, payment: withBill(before, bill), extra: {} }, settled, zone, start.policy)
      })
    },

    readBillPayment: (start: BillPaymentStart): Promise<BillPaymentProgress> => progressOf(start)
  }
}

const factsOf = ({ db }: Deps, { order, policy }: BillPaymentStart): Promise<BillPaymentFacts> =>
  readBillPaymentFacts(db, { walletId: order.wallet_id, billerId: order.biller_id }, policy)

/** What becomes of one that could not be taken in as ordered. */
async function refuseNew(deps: Deps, start: BillPaymentStart, accountIndex: string, refused: Refused): Promise<void> {
  const { id, fingerprint, actor, policy } = start
  await settle(deps.ledger, async () => {
    const facts = await factsOf(deps, start)
    const payment = newBillPayment(start, facts, accountIndex)
    const of = { before: undefined, payment, extra: { order: start, actor } }
    if (refused.code === 'confirmation_required') {
      const asked = { ...of, payment: { ...payment, approvalRequired: true } }
      const until = new Date(facts.now.getTime() + policy.confirmation_ms)
      return { key: `${id}:ask`, fingerprint, ...units.askPart(asked, until) }
    }
    return { key: `${id}:unpaid`, fingerprint, ...units.unpaidPart(of, refused, facts.zone, policy) }
  })
}

/** Looks for the money once more, on today's facts; the bill as the network says it is now, where it was asked. */
const attempt = (deps: Deps, start: BillPaymentStart, number: number, bill: DueBill | undefined): Promise<Settled> => {
  const { id, fingerprint } = start
  return settle(deps.ledger, async () => {
    const before = await getBillPayment(deps.db, id)
    if (!mayAttempt(before, number))
      return { key: `${id}:moot:${number}`, fingerprint, guards: [{ kind: 'refuse', code: 'state_conflict' }] }
    const facts = await factsOf(deps, start)
    const part = attemptPart(start, { before, payment: withBill(before, bill), extra: {} }, facts)
    return { key: `${id}:pay:${number}`, fingerprint, ...part }
  })
}

const mayAttempt = ({ state, attempt: made }: BillPayment, number: number): boolean =>
  made === number && (state === 'announced' || state === 'awaiting_funds')

/** As the network says that it is now. */
const withBill = (payment: BillPayment, bill: DueBill | undefined): BillPayment =>
  bill === undefined
    ? payment
    : {
        ...payment,
        billReference: payment.billReference ?? bill.billReference,
        amount: BigInt(bill.money.amount),
        dueDate: bill.dueDate
      }
