import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { BankLinkProgress, BankLinkStart } from '../activities/bank-link-progress.ts'
import { nextInquiryAtMs } from '../domain/inquiry-plan.ts'
import { bankOptions, inquiryOptions, providerOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { untilBusinessTime, type Nudges } from './wait.ts'
import { askWhileOpen } from './while-open.ts'

const { concludePayee, concludeOwnership, holdDeposits, bookDeposit, failDeposit, markDepositStuck, readBankLink } =
  proxyLocalActivities<Activities>(recordOptions)
const { readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
const { confirmPayee } = proxyActivities<Activities>({ ...providerOptions, summary: 'compare the holder’s name' })
const { checkOwnership } = proxyActivities<Activities>({ ...providerOptions, summary: 'ask whose the account is' })
const { sendDeposit } = proxyActivities<Activities>({ ...bankOptions, summary: 'have the bank push a deposit, once' })
const { inquireDeposit } = proxyActivities<Activities>({ ...inquiryOptions, summary: 'ask the bank what became of it' })

/** A link's run, as far as the words with the bank need it. */
interface LinkRun {
  readonly nudges: Nudges
  readonly isOver: () => boolean
  /** Takes the decisions that no message has brought. */
  readonly onNudged: () => Promise<void>
  /** Runs a step of the story between two decisions, and shows where the link then stands. */
  readonly step: (take: () => Promise<BankLinkProgress>) => Promise<void>
  readonly onWaiting: (next: string | undefined) => void
}

/** The words with the bank by which a link goes on, while it is open. */
export function createProofs(start: BankLinkStart, run: LinkRun) {
  const { nudges, isOver, onNudged, step, onWaiting } = run

  return {
    payee: async (): Promise<void> => {
      const word = await askWhileOpen(() => confirmPayee(start), run)
      if (word !== undefined) await step(() => concludePayee(start, word))
    },

    /** Asks once, and again by the plan while the bank says "later", or as soon as it has news. */
    ownership: async ({ checking_since }: BankLinkProgress): Promise<void> => {
      const sinceMs = Date.parse(checking_since)
      while (!isOver()) {
        const heard = nudges.received
        const word = await askWhileOpen(() => checkOwnership(start), run)
        if (word === undefined) return
        if (word !== 'pending') return step(() => concludeOwnership(start, word))
        const elapsedMs = Date.parse(await readBusinessClock()) - sinceMs
        const nextMs = nextInquiryAtMs(elapsedMs, start.policy.bank_link.ownership)
        if (nextMs === undefined) return step(() => concludeOwnership(start, 'silent'))
        // News that came while the question was under way.
        if (nudges.received > heard) continue
        const at = new Date(sinceMs + nextMs).toISOString()
        onWaiting(at)
        const wait = { nudges, businessNow: readBusinessClock, summary: `ask the bank at ${at}`, or: isOver }
        if ((await untilBusinessTime(at, wait)) === 'nudged') await onNudged()
      }
    },

    /** Reserves both deposits, then has the bank push the next one: the second only when the first was booked. */
    deposits: async ({ deposits, checking_since }: BankLinkProgress): Promise<void> => {
      if (deposits.length === 0) return step(() => holdDeposits(start))
      const index = deposits.findIndex(({ booked }) => !booked)
      const number = index + 1
      await settleWithBank({
        plan: start.policy.inquiry,
        nudges,
        acceptedAt: checking_since,
        sentAt: deposits[index]!.sent_at,
        send: () => sendDeposit(start, number),
        inquire: () => inquireDeposit(start, number),
        readSentAt: async () => (await readBankLink(start)).deposits[index]!.sent_at,
        businessNow: readBusinessClock,
        isOver,
        onWaiting,
        onNudged,
        step,
        accepted: (reference) => bookDeposit(start, number, reference),
        declined: (code) => failDeposit(start, code),
        stuck: () => markDepositStuck(start, number)
      })
    }
  }
}
