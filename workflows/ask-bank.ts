import { isCancellation } from '@temporalio/workflow'
import type { BankInquiry, SendAnswer } from '../activities/bank-words.ts'
import { declineCodeOf } from '../domain/bank-decline.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { nextInquiryAtMs, type InquiryPlan } from '../domain/inquiry-plan.ts'
import { untilBusinessTime, untilNudged, type Nudges } from './wait.ts'

/** The bank's last word on a reference; `over`: the process ended otherwise while nobody knew. */
export type BankWord =
  | { readonly kind: 'accepted'; readonly bankReference: string }
  /** `unsent`: this attempt has told it nothing, and found out itself why not. */
  | { readonly kind: 'declined'; readonly code: ProblemCode; readonly unsent?: boolean }
  | { readonly kind: 'over' }

/** One instruction and its reference, as the process that gives it sees it. Instants are RFC 3339 in business time. */
export interface BankTalk {
  readonly plan: InquiryPlan
  readonly nudges: Nudges
  /** When the order was taken in: what is not delivered is tried again by the plan from here. */
  readonly acceptedAt: string
  /** As the record says: from then on the bank may have it, and is only asked. Set when a run is started again. */
  readonly sentAt: string | undefined
  /** Marks the record as sent, then sends; never repeated by Temporal. */
  send(): Promise<SendAnswer>
  inquire(): Promise<BankInquiry>
  /** Reads the record's mark. */
  readSentAt(): Promise<string | undefined>
  businessNow(): Promise<string>
  /** Someone has ended the process meanwhile (a write-off). */
  isOver(): boolean
  /** For operators: what is waited for, and until when; without it, until somebody acts. */
  onWaiting(next: string | undefined): void
  /** A nudge may stand for a decision that no message has brought. */
  onNudged(): Promise<void>
  /** The plan has ended and nobody knows: an operator's task. */
  onStuck(): Promise<void>
}

/**
 * Gives a bank an instruction once, and finds out what became of it. The send is repeated only when it is proven not to
 * have been delivered; what may have been sent is asked about under the same reference, by the plan and whenever somebody
 * nudges, for ever. An unknown never becomes a refusal by itself.
 * @throws {CancelledFailure} when the run is canceled
 */
export async function askBank(talk: BankTalk): Promise<BankWord> {
  let { sentAt } = talk
  let lost = 0
  for (;;) {
    const word = sentAt === undefined ? await send(talk) : wordOf(await talk.inquire())
    if (word && word !== 'lost') return word
    sentAt = await talk.readSentAt()
    // It took Temporal a while to notice that a worker died, so the plan's first question is overdue.
    if (word === 'lost' && lost++ === 0) continue
    const next = await nextAttempt(talk, sentAt)
    // Never delivered in all that time, which is proven: nothing is unknown about it.
    if (next === undefined && sentAt === undefined) return { kind: 'declined', code: 'bank_not_received' }
    if (next === undefined) await talk.onStuck()
    talk.onWaiting(next)
    if ((await wait(talk, next)) === 'over') return { kind: 'over' }
  }
}

/** What the bank's last word means for a process, as steps of its story. */
export interface BankSteps<Progress> {
  /** Takes a step, never beside a decision, and shows where the process then stands. */
  step(take: () => Promise<Progress>): Promise<void>
  accepted(bankReference: string): Promise<Progress>
  /** @param unsent it ends so only while nobody else has sent it: an attempt that was thought dead may have. */
  declined(code: ProblemCode, unsent: boolean): Promise<Progress>
  /** The plan has ended and nobody knows. */
  stuck(): Promise<Progress>
  /** The bank has said its last word, or nobody waits for it: before the step that follows. */
  onHeard?(): void
}

/** Asks, and takes the step that the bank's word leads to. */
export async function settleWithBank<Progress>(talk: Omit<BankTalk, 'onStuck'> & BankSteps<Progress>): Promise<void> {
  const word = await askBank({ ...talk, onStuck: () => talk.step(() => talk.stuck()) })
  talk.onHeard?.()
  if (word.kind === 'accepted') await talk.step(() => talk.accepted(word.bankReference))
  if (word.kind !== 'declined') return
  const { code, unsent = false } = word
  await talk.step(() => talk.declined(code, unsent))
  if (!unsent || talk.isOver()) return
  // It was sent all the same: now only the bank's word counts.
  const sentAt = await talk.readSentAt()
  if (sentAt !== undefined) await settleWithBank({ ...talk, sentAt })
}

/** `lost`: the send ended without saying how (its worker died), so only the record's mark tells whether it was sent. */
async function send(talk: BankTalk): Promise<BankWord | 'lost' | undefined> {
  try {
    return wordOf(await talk.send())
  } catch (error) {
    if (isCancellation(error)) throw error
    return 'lost'
  }
}

/** Undefined while the bank has not said how it ends. */
function wordOf(answer: SendAnswer | BankInquiry): BankWord | undefined {
  switch (answer.kind) {
    case 'accepted':
    case 'booked':
      return { kind: 'accepted', bankReference: answer.bankReference }
    case 'declined':
      return { kind: 'declined', code: declineCodeOf(answer.code) }
    case 'not_sent':
      return { kind: 'declined', code: answer.code, unsent: true }
    case 'not_found':
      return { kind: 'declined', code: 'bank_not_received' }
    case 'pending':
    case 'unknown':
    case 'undelivered':
      return undefined
  }
}

async function nextAttempt(talk: BankTalk, sentAt: string | undefined): Promise<string | undefined> {
  const begun = Date.parse(sentAt ?? talk.acceptedAt)
  const elapsedMs = Date.parse(await talk.businessNow()) - begun
  const nextMs = nextInquiryAtMs(elapsedMs, talk.plan)
  return nextMs === undefined ? undefined : new Date(begun + nextMs).toISOString()
}

async function wait(talk: BankTalk, next: string | undefined): Promise<'ask' | 'over'> {
  const { nudges, businessNow } = talk
  const or = () => talk.isOver()
  const summary = next === undefined ? 'until an operator acts' : `ask the bank at ${next}`
  const woken =
    next === undefined
      ? await untilNudged({ nudges, or })
      : await untilBusinessTime(next, { nudges, businessNow, summary, or })
  if (woken === 'nudged') await talk.onNudged()
  return talk.isOver() ? 'over' : 'ask'
}
