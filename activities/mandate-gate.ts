import { lateDecision } from '../domain/mandate.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { workflowIdOf } from '../domain/workflow-id.ts'
import type { MandatePolicies } from '../domain/policy/index.ts'
import type { PostingQueue } from '../ledger/posting-queue.ts'
import type { RecordWrite, UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import { findBillPayment, type BillPayment } from '../store/bill-payment.ts'
import { getMandate, type Mandate } from '../store/mandate.ts'
import { findProcess, readBusinessNow } from '../store/process.ts'
import { askPart, endPart } from './bill-payment-units.ts'
import type { ActivityDeps } from './deps.ts'
import type { MandateStart } from './mandate-progress.ts'
import { afterPayment } from './mandate-units.ts'

type Ledger = Pick<PostingQueue, 'post'>

/**
 * The ledger as bill payments get it. One of a mandate begins only while that is not paused, and in time, or as its late
 * policy says; and its end counts in the mandate's record, in the same unit of work: the third failure in a row and the
 * pause that it causes are one. It stands here and not with each step, so that none can forget it.
 */
export function withMandates({ db, ledger, runs }: Pick<ActivityDeps, 'db' | 'ledger' | 'runs'>): Ledger {
  return {
    post: async (unit) => {
      const write = occurrenceIn(unit)
      if (!write) return ledger.post(unit)
      const mandateId = (write.row as { mandate_id: string }).mandate_id
      // A pause writes the payments that are announced: if it comes after this look, the unit is stale.
      const mandate = await getMandate(db, mandateId)
      const { policy } = (await findProcess(db, mandateId))!.order as MandateStart
      const payment = begins(write) ? await findBillPayment(db, write.id) : undefined
      if (payment && payment.version !== write.version) return { status: 'stale' }
      const instead = payment && insteadOf(payment, write, mandate, await readBusinessNow(db), policy)
      const posted = counted(
        instead ? { key: unit.key, fingerprint: unit.fingerprint, ...instead } : unit,
        mandate,
        policy
      )
      const result = await ledger.post(posted)
      // Its run takes its Schedule away, or pauses it; the sweep finds what nobody has told.
      if (result.status === 'posted' && isRescheduled(posted, mandate))
        await runs.nudge(workflowIdOf('mandate', mandateId)).catch(() => undefined)
      return result
    }
  }
}

/** The write of an occurrence's payment, in a unit that says nothing of its mandate yet. */
function occurrenceIn({ records = [] }: UnitOfWork): RecordWrite | undefined {
  if (records.some(({ kind }) => kind === 'mandate')) return undefined
  return records.find(
    ({ kind, row }) => kind === 'bill-payment' && typeof (row as { mandate_id?: unknown }).mandate_id === 'string'
  )
}

const begins = ({ from, crossed }: RecordWrite): boolean =>
  (from === 'announced' || from === 'awaiting_approval') && crossed.some(({ state }) => state === 'processing')

/** What becomes of a payment that may not begin; undefined: it may. */
function insteadOf(
  payment: BillPayment,
  write: RecordWrite,
  mandate: Mandate,
  now: Date,
  policy: MandatePolicies
): UnitPart | undefined {
  if (mandate.state === 'paused') return skipped(payment, 'mandate_paused')
  // What its customer has approved since is late because they were asked.
  if (payment.state !== 'announced' || payment.approvedAt !== null) return undefined
  const late = lateDecision(payment, payment.latePolicy ?? 'pay_late', now, policy)
  if (late === 'skip' || late === 'missed') return skipped(payment, 'mandate_missed')
  if (late !== 'ask') return undefined
  const asked = { ...payment, ...billIn(write), approvalRequired: true }
  const until = new Date(now.getTime() + policy.bill_payment.approval_ms)
  return askPart({ before: payment, payment: asked, extra: {} }, until)
}

/** What the unit has just learned of the bill. */
function billIn({ row }: RecordWrite): Pick<BillPayment, 'amount' | 'billReference' | 'dueDate'> {
  const { amount, bill_reference, due_date } = row as {
    amount: string | null
    bill_reference: string | null
    due_date: string | null
  }
  return { amount: amount === null ? null : BigInt(amount), billReference: bill_reference, dueDate: due_date }
}

const skipped = (payment: BillPayment, code: ProblemCode): UnitPart => endPart(payment, 'skipped', code)

const ends = { paid: 'paid', skipped: 'skipped', canceled: 'canceled', failed: 'failed' } as const

/** The unit, and with it what the payment's end does to the mandate. */
function counted(unit: UnitOfWork, mandate: Mandate, policy: MandatePolicies): UnitOfWork {
  const write = unit.records!.find(({ kind }) => kind === 'bill-payment')!
  const to = write.crossed.at(-1)!.state
  // A facet of one that is over long since: it has been counted.
  if (write.open || write.from === to || !(to in ends)) return unit
  const after = afterPayment(mandate, ends[to as keyof typeof ends], policy)
  return { ...unit, records: [...unit.records!, ...after] }
}

const isRescheduled = ({ records = [] }: UnitOfWork, { scheduleVersion }: Mandate): boolean =>
  records.some(
    ({ kind, row }) => kind === 'mandate' && (row as { schedule_version: number }).schedule_version !== scheduleVersion
  )
