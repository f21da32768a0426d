import type { PostingQueue } from '../ledger/posting-queue.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'

/** What a step's unit is known by; a key of the record's version is one step a version. */
export interface StepKey<Seen> {
  readonly key: string | ((seen: Seen) => string)
  readonly fingerprint: string
}

/**
 * A step that nobody decided: posts what `partFor` makes of what is seen now, and answers what is seen after that.
 * Undefined: the record has moved on, and there is nothing to do.
 * @returns `posted` false where there was nothing to do.
 * @throws {Error} when the books refuse it: what a bank has moved is booked, so that is a bug, and a person has to look.
 */
export async function advance<Seen>(
  ledger: Pick<PostingQueue, 'post'>,
  { key, fingerprint }: StepKey<Seen>,
  see: () => Promise<Seen>,
  partFor: (seen: Seen) => UnitPart | undefined
): Promise<{ readonly seen: Seen; readonly posted: boolean }> {
  for (;;) {
    const seen = await see()
    const part = partFor(seen)
    if (!part) return { seen, posted: false }
    const unitKey = typeof key === 'string' ? key : key(seen)
    const { status } = await ledger.post({ key: unitKey, fingerprint, ...part })
    if (status === 'posted') return { seen: await see(), posted: true }
    if (status !== 'stale') throw new Error(`${unitKey} was ${status}`)
  }
}
