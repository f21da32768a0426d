import { Refusal } from '../domain/errors.ts'
import type { PostingQueue } from '../ledger/posting-queue.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'

/**
 * Posts what `build` makes of what it sees, under `<key>:<attempt>`. A refusal for want of money says that somebody was
 * faster: then less is there than was seen, and the next attempt looks again. Undefined: there is nothing to do.
 * @returns whether something was posted
 * @throws {Refusal} `idempotency_key_reused` when the key stands for something else
 * @throws {Error} for any other refusal: the books have no business to refuse it
 */
export async function postByAttempts(
  ledger: Pick<PostingQueue, 'post'>,
  { key, fingerprint }: { readonly key: string; readonly fingerprint: string },
  build: () => Promise<UnitPart | undefined>
): Promise<boolean> {
  for (let attempt = 0; ;) {
    const part = await build()
    if (!part) return false
    const result = await ledger.post({ key: `${key}:${attempt}`, fingerprint, ...part })
    if (result.status === 'posted') return true
    if (result.status === 'reused') throw new Refusal('idempotency_key_reused', { unit: `${key}:${attempt}` })
    if (result.status === 'refused' && result.code === 'insufficient_funds') attempt += 1
    else if (result.status !== 'stale') throw new Error(`${key}:${attempt} was ${result.status}`)
  }
}
