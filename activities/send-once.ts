import { activityInfo } from '@temporalio/activity'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { readBusinessNow } from '../store/process.ts'
import type { BankAnswer } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'

/** A bank, or the acquirer. */
interface Sender<Instruction, Answer> {
  send(instruction: Instruction, signal?: AbortSignal): Promise<Answer>
}

/** An instruction and the record that says whether the bank may have it. */
export interface Sending<Instruction> {
  readonly instruction: Instruction
  readonly fingerprint: string
  readonly timeoutMs: number
  /** Says on the record, as it is now, that the bank may have it from now on; undefined: it says so already, or is over. */
  mark(): Promise<UnitPart | undefined>
  /** Takes that back; undefined: it is over. */
  unmark(): Promise<UnitPart | undefined>
  /** The crash point after the bank's answer. */
  readonly replied: string
}

/**
 * Sends an instruction once: Temporal never repeats the activity that calls this, and its mark lets no second attempt pass.
 * Whatever goes wrong after the mark is unknown; only a refused connection proves that nothing was delivered.
 */
export const createSendOnce =
  <Instruction extends { readonly reference: string }, Answer extends BankAnswer>({
    ledger,
    bank,
    crash
  }: Pick<ActivityDeps, 'ledger' | 'crash'> & { readonly bank: Sender<Instruction, Answer> }) =>
  async (sending: Sending<Instruction>): Promise<Answer | Extract<BankAnswer, { kind: 'unknown' }>> => {
    const { instruction, fingerprint, timeoutMs, mark, unmark, replied } = sending
    const attempt = attemptName()
    const { reference } = instruction

    /** Only the attempt that made the mark may send: one that was thought dead and wakes up finds it, and does not. */
    async function post(step: string, build: () => Promise<UnitPart | undefined>): Promise<boolean> {
      for (;;) {
        const part = await build()
        if (!part) return false
        const { status } = await ledger.post({ key: `${reference}:${step}:${attempt}`, fingerprint, ...part })
        if (status === 'posted') return true
        if (status !== 'stale') throw new Error(`${reference}:${step} was ${status}`)
      }
    }

    if (!(await post('send', mark))) return { kind: 'unknown', reason: 'sent_by_another' }
    const answer = await bank.send(instruction, AbortSignal.timeout(timeoutMs))
    crash(replied)
    if (answer.kind === 'undelivered') await post('undelivered', unmark)
    return answer
  }

/** The marks of a record that is asked about under its own id, for as long as it is in that state. */
export const marksOf = <Thing extends { readonly state: string; readonly sentAt: Date | null }>(
  db: ActivityDeps['db'],
  { get, state, sendPart, undeliveredPart }: MarkedRecord<Thing>
): Pick<Sending<never>, 'mark' | 'unmark'> => ({
  mark: async () => {
    const now = await get()
    const unsent = now.state === state && now.sentAt === null
    return unsent ? sendPart(now, await readBusinessNow(db)) : undefined
  },
  unmark: async () => {
    const now = await get()
    return now.state === state ? undeliveredPart(now) : undefined
  }
})

interface MarkedRecord<Thing> {
  get(): Promise<Thing>
  /** The one in which the bank may be told. */
  readonly state: string
  sendPart(thing: Thing, sentAt: Date): UnitPart
  undeliveredPart(thing: Thing): UnitPart
}

/** Two attempts must never share it, and one never has two: what a ledger key must not hold otherwise is right here. */
function attemptName(): string {
  const { workflowExecution, activityId, attempt } = activityInfo()
  return `${workflowExecution?.runId}/${activityId}/${attempt}`
}
