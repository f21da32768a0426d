import { log } from '@temporalio/activity'
import { lateDecision, type MandateState } from '../domain/mandate.ts'
import { toWire } from '../domain/money.ts'
import type { BillPaymentOrder } from '../domain/orders.ts'
import { workflowIdOf } from '../domain/workflow-id.ts'
import type { UnitOfWork } from '../ledger/unit-of-work.ts'
import { readBillPaymentFacts } from '../store/bill-payment-facts.ts'
import { findBiller } from '../store/biller.ts'
import { derivedId } from '../store/derived-id.ts'
import { listAnnouncedPayments } from '../store/mandate-payments.ts'
import { getMandate, type Mandate } from '../store/mandate.ts'
import { findProcess, readBusinessNow } from '../store/process.ts'
import { findWallet } from '../store/wallet.ts'
import { acceptUnit, newBillPayment } from './bill-payment-attempt.ts'
import type { BillPaymentStart } from './bill-payment-progress.ts'
import { billPaymentWrite } from './bill-payment-units.ts'
import { beating } from './beating.ts'
import type { ActivityDeps } from './deps.ts'
import type { MandateStart } from './mandate-progress.ts'
import { scheduleMandate } from './mandate-schedule.ts'
import { mandateWrite, movedOn, pastNext, rescheduled } from './mandate-units.ts'

/** What a look at a mandate found and did; an operator reads it as the run's result. */
export interface MandateLook {
  readonly state: MandateState
  /** Of the record that all of it was done by. */
  readonly version: number
  /** The bill payments that it has announced. */
  readonly announced: readonly string[]
}

export type MandateDeps = Pick<ActivityDeps, 'db' | 'ledger' | 'runs' | 'policy' | 'mandateSchedules' | 'crash'>

/**
 * Does what a mandate's record says is to be done now, whoever asks for it and however often: announces what is due, has the
 * runs of its payments look again, and makes its Schedule as it should be.
 */
export const mandateDueActivities = (deps: MandateDeps) => ({
  lookAtMandate: ({ id }: { readonly id: string }): Promise<MandateLook> => beating(() => look(deps, id))
})

async function look(deps: MandateDeps, id: string): Promise<MandateLook> {
  const announced = await announceDue(deps, id)
  const waiting = await listAnnouncedPayments(deps.db, id)
  for (const payment of waiting)
    if (!announced.includes(payment.id)) await deps.runs.nudge(workflowIdOf('bill-payment', payment.id))
  const { state, version } = await getMandate(deps.db, id)
  await scheduleMandate(deps, id)
  return { state, version, announced }
}

/** How many were missed at once at the most: a weekly mandate of ten years. */
const ANNOUNCED_MAX = 520

/** @returns the payments whose runs it has started, in their order. */
export async function announceDue(deps: MandateDeps, id: string): Promise<string[]> {
  const { order } = (await findProcess(deps.db, id))!
  const started: string[] = []
  for (let tries = 0; tries < ANNOUNCED_MAX; tries += 1) {
    const unit = await dueUnit(deps, order as MandateStart)
    if (!unit) return started
    const { status } = await deps.ledger.post(unit.work)
    if (status === 'refused' || status === 'reused') throw new Error(`${unit.work.key} was ${status}`)
    if (status === 'stale' || !unit.start) continue
    deps.crash('mandate.announce/start')
    const { id: paymentId } = unit.start
    await deps.runs.restart('bill-payment', paymentId, unit.start, `payment of ${unit.start.order.period} by ${id}`)
    started.push(paymentId)
  }
  log.warn('a mandate had more to announce than can be', { id })
  return started
}

interface DueUnit {
  readonly work: UnitOfWork
  /** Of the run that has to be started; absent: it is over with the unit. */
  readonly start?: BillPaymentStart
}

/** What the next occurrence becomes; undefined: it is not due. */
async function dueUnit(deps: MandateDeps, start: MandateStart): Promise<DueUnit | undefined> {
  const { db } = deps
  const { id, policy, fingerprint } = start
  const mandate = await getMandate(db, id)
  const now = await readBusinessNow(db)
  const { next } = mandate
  if (mandate.state !== 'active' || next === null) return undefined
  if (next.announceAt.getTime() > now.getTime() + policy.early_ms) return undefined
  const lost = await lostPart(deps, mandate)
  if (lost) return { work: { key: `${id}:fail`, fingerprint, records: [lost] } }

  const payment = paymentStart(mandate, next, policy.bill_payment)
  const facts = await readBillPaymentFacts(db, mandate, policy.bill_payment)
  const announced = newBillPayment(payment, facts, mandate.accountIndex)
  const late = lateDecision(next, mandate.latePolicy, now, policy)
  const past = pastNext(mandate, policy)
  if (late === 'skip' || late === 'missed') {
    const missed = { ...announced, declineCode: 'mandate_missed' }
    const records = [
      movedOn(mandate, past, 'mandate.missed'),
      billPaymentWrite(undefined, missed, ['announced', 'skipped'], { order: payment })
    ]
    return { work: { key: `${payment.id}:accept`, fingerprint: payment.fingerprint, records } }
  }
  const work = acceptUnit(payment, announced, facts)
  const counted = { ...past, openPayments: mandate.openPayments + 1 }
  const announcement = mandateWrite(mandate, counted, [], { event: 'mandate.announced' })
  return { work: { ...work, records: [announcement, ...(work.records ?? [])] }, start: payment }
}

/** Nobody can be paid any more, or out of nothing: the end of the mandate. */
async function lostPart({ db }: MandateDeps, mandate: Mandate) {
  const [biller, wallet] = await Promise.all([findBiller(db, mandate.billerId), findWallet(db, mandate.walletId)])
  const reason = biller?.state === 'closed' ? 'biller_closed' : wallet?.state === 'closed' ? 'wallet_closed' : undefined
  if (reason === undefined) return undefined
  return mandateWrite(mandate, rescheduled({ ...mandate, next: null, reason }), ['failed'])
}

/** The occurrence's payment: its id follows from mandate and period, so that there is one for ever. */
function paymentStart(
  mandate: Mandate,
  { period, announceAt, debitAt }: NonNullable<Mandate['next']>,
  policy: BillPaymentStart['policy']
): BillPaymentStart {
  const { id: mandateId, amountType, currency, customerId } = mandate
  const id = derivedId('bpm', `${mandateId}\n${period}`)
  const money = toWire({ amount: mandate.amountOnce ?? mandate.amount, currency })
  const order: BillPaymentOrder = {
    wallet_id: mandate.walletId,
    biller_id: mandate.billerId,
    account_reference: mandateId,
    ...(amountType === 'fixed' ? { amount: money } : { cap: money }),
    announce_at: announceAt.toISOString(),
    debit_at: debitAt.toISOString(),
    mandate_id: mandateId,
    period,
    late_policy: mandate.latePolicy,
    metadata: mandate.metadata
  }
  return { id, order, policy, fingerprint: `mandate/${id}`, actor: customerId, requestId: id }
}
