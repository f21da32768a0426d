import type { PostingQueue } from '../ledger/posting-queue.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'

/**
 * A step that nobody decided: posts what `partFor` makes of the record as it is now, and answers the record as that left
 * it. Undefined: the record has moved on, and there is nothing to do.
 * @throws {Error} when the books refuse it: what a bank has moved is booked, so that is a bug, and a person has to look.
 */
export async function advance<Thing>(
  ledger: Pick<PostingQueue, 'post'>,
  { id, fingerprint, step }: { readonly id: string; readonly fingerprint: string; readonly step: string },
  read: () => Promise<Thing>,
  partFor: (thing: Thing) => UnitPart | undefined
): Promise<Thing> {
  for (let thing = await read(); ; thing = await read()) {
    const part = partFor(thing)
    if (!part) return thing
    const result = await ledger.post({ key: `${id}:${step}`, fingerprint, ...part })
    if (result.status === 'posted') return read()
    if (result.status !== 'stale') throw new Error(`${id}:${step} was ${result.status}`)
  }
}
