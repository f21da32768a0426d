import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { BankInquiry, SendAnswer } from '../activities/bank-words.ts'
import type { Activities } from '../activities/index.ts'
import type {
  BankPaymentStart,
  FundedPaymentStart,
  PaymentProgress,
  PaymentStart
} from '../activities/payment-progress.ts'
import { fundingOf, railOf } from '../domain/funding.ts'
import type { PaymentState } from '../domain/payment.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { releaseHold, settleCapture } from './card-capture.ts'
import type { createDecisions } from './decisions.ts'
import type { Nudges } from './wait.ts'

const { bookPayment, declinePayment, markPaymentStuck, readPayment, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { retryPayment, writeOffPayment, resolvePayment } = proxyLocalActivities<Activities>(recordOptions)
const { sendPayment } = proxyActivities<Activities>({ ...bankOptions, summary: 'have the bank pull the money, once' })
const { inquirePayment } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the bank what became of it'
})

const { sendCardPayment } = proxyActivities<Activities>({
  ...bankOptions,
  summary: 'have the acquirer take the money from the card, once'
})
const { inquireCardPayment } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the acquirer what became of it'
})

/** Who is asked for the money of a payment from outside: once, and then only what became of it. */
interface Rail {
  readonly name: string
  send(): Promise<SendAnswer>
  inquire(): Promise<BankInquiry>
}

/** The one place that knows who is asked. */
function railFor(start: FundedPaymentStart): Rail {
  const name = railOf(fundingOf(start.order))
  if (isByBank(start)) return { name, send: () => sendPayment(start), inquire: () => inquirePayment(start) }
  return { name, send: () => sendCardPayment(start), inquire: () => inquireCardPayment(start) }
}

/** What the run of a payment lends to its rail. */
export interface PaymentRun {
  readonly nudges: Nudges
  readonly decisions: ReturnType<typeof createDecisions<PaymentState>>
  consumeDecisions(): Promise<void>
  isOver(): boolean
  /** As it was shown last. */
  progress(): PaymentProgress | undefined
  show(progress: PaymentProgress): void
  /** When it is asked again, in business time; without it, once somebody acts. */
  onWaiting(next: string | undefined): void
}

/** @returns undefined where the balance pays: then nobody is asked. */
export function outsideRail(start: PaymentStart) {
  if (!isFunded(start)) return undefined
  const rail = railFor(start)
  return {
    name: rail.name,

    /** What finance may decide while nobody knows whether the money has come. */
    decisions: (nudges: Nudges) => ({
      retry: async (id: string) => {
        const outcome = await retryPayment(start, id)
        nudges.received += 1
        return outcome
      },
      'write-off': (id: string) => writeOffPayment(start, id),
      resolve: (id: string) => resolvePayment(start, id)
    }),

    /** Has the rail move the money, once, and books what it has said, at whatever time that is. */
    settle: async ({ authorized_at, sent_at }: PaymentProgress, run: PaymentRun): Promise<void> => {
      const { nudges, decisions, consumeDecisions, isOver, show, onWaiting } = run
      // A run that was started again may find decisions that nobody could deliver.
      if (nudges.received > nudges.taken) {
        nudges.taken = nudges.received
        await consumeDecisions()
      }
      if (isOver()) return
      await settleWithBank({
        plan: start.policy.inquiry,
        nudges,
        acceptedAt: authorized_at!,
        sentAt: sent_at,
        send: () => rail.send(),
        inquire: () => rail.inquire(),
        readSentAt: async () => (await readPayment(start)).sent_at,
        businessNow: readBusinessClock,
        isOver,
        onWaiting,
        onNudged: consumeDecisions,
        onHeard: () => onWaiting(undefined),
        step: async (take) => show(await decisions.alone(take)),
        accepted: (reference) => bookPayment(start, reference),
        declined: (code, unsent) => declinePayment(start, code, unsent),
        stuck: () => markPaymentStuck(start)
      })
    },

    /** The same for a part of what a card's acquirer holds. */
    settleCapture: (capture: NonNullable<PaymentProgress['capture']>, run: PaymentRun): Promise<void> =>
      settleCapture(start, capture, run),

    /** Has the acquirer give up what it still holds. */
    releaseHold: (): Promise<PaymentProgress> => releaseHold(start)
  }
}

const isByBank = (start: FundedPaymentStart): start is BankPaymentStart => start.order.funding.type === 'bank_account'

const isFunded = (start: PaymentStart): start is FundedPaymentStart => start.order.funding !== undefined
