import { mayEnd } from '../domain/bank-account.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { clockOf } from '../domain/operators-work.ts'
import { getBillPayment } from '../store/bill-payment.ts'
import { readBusinessNow } from '../store/process.ts'
import type { BillPaymentProgress, BillPaymentStart } from './bill-payment-progress.ts'
import { createBillPaymentStep } from './bill-payment-step.ts'
import * as units from './bill-payment-units.ts'
import type { ActivityDeps } from './deps.ts'

/** What times and the network's word make of a bill payment; each is one unit of work, and safe to repeat. */
export function billPaymentOutcomeActivities({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  const step = createBillPaymentStep({ db, ledger })

  return {
    /** There is nothing to be paid, or nobody has said what. */
    skipBill: (start: BillPaymentStart, code: ProblemCode): Promise<BillPaymentProgress> =>
      step(start, 'no-bill', (before) =>
        before.state === 'announced' ? units.endPart(before, 'skipped', code) : undefined
      ),

    /** The time to tell the customer of it has come: the event does. */
    noticeBillPayment: async (start: BillPaymentStart): Promise<BillPaymentProgress> => {
      const noticedAt = await readBusinessNow(db)
      return step(start, 'notice', (before) =>
        before.state === 'announced' && before.noticedAt === null
          ? units.notedPart(before, { noticedAt }, 'bill_payment.upcoming')
          : undefined
      )
    },

    /** The next attempt is the last one: the event tells the customer. */
    warnBillPayment: (start: BillPaymentStart): Promise<BillPaymentProgress> =>
      step(start, 'warn', (before) =>
        before.state === 'awaiting_funds' && !before.warned
          ? units.notedPart(before, { warned: true }, 'bill_payment.last_attempt')
          : undefined
      ),

    /** The time to approve is over. */
    endApproval: (start: BillPaymentStart, extended: boolean): Promise<BillPaymentProgress> =>
      step(start, `unapproved:${extended}`, (before) =>
        before.state === 'awaiting_approval' && before.approvalExtended === extended
          ? units.unapprovedPart(before, start.policy)
          : undefined
      ),

    /** Gives the biller what the network has booked; or, when it was given up meanwhile, out of the suspense account. */
    bookBillPayment: async (start: BillPaymentStart, networkReference: string): Promise<BillPaymentProgress> => {
      if ((await getBillPayment(db, start.id)).state === 'failed')
        return step(start, 'late-booking', (payment) =>
          payment.networkReference === null && payment.declineCode === 'written_off'
            ? units.lateBookingPart(payment, networkReference, start.policy.settlement_bank)
            : undefined
        )
      const progress = await step(start, 'book', (payment) =>
        payment.state === 'processing' ? units.bookPart(payment, networkReference) : undefined
      )
      crash('bill-payment.book/report')
      return progress
    },

    /** The network has not booked: the holds are void. @param unsent only while nobody else has sent it */
    declineBillPayment: async (
      start: BillPaymentStart,
      code: ProblemCode,
      unsent = false
    ): Promise<BillPaymentProgress> => {
      const progress = await step(start, 'decline', (payment) =>
        mayEnd(payment, unsent) ? units.declinePart(payment, code) : undefined
      )
      crash('bill-payment.decline/report')
      return progress
    },

    /** Opens the operator's task; the money and the limit stay held. */
    markBillPaymentStuck: (start: BillPaymentStart): Promise<BillPaymentProgress> =>
      step(start, 'stuck', (payment) =>
        payment.state === 'processing' ? units.stuckPart(payment, clockOf(start.policy.stuck_sla_ms)) : undefined
      )
  }
}
