import { Refusal, type ProblemCode } from '../domain/errors.ts'
import type { PostingQueue } from '../ledger/posting-queue.ts'
import type { UnitOfWork } from '../ledger/unit-of-work.ts'

export type Settled =
  | { readonly kind: 'posted'; readonly replayed: boolean }
  | {
      readonly kind: 'refused'
      readonly code: ProblemCode
      readonly data: Readonly<Record<string, unknown>>
      readonly replayed: boolean
    }

/** Why the books refused it. */
export type Refused = Pick<Extract<Settled, { kind: 'refused' }>, 'code' | 'data'>

/** A record changes hands between reading and posting now and then; this often in a row it is a bug. */
const TRIES = 50

/**
 * Posts the unit that `build` makes of the records as they are now; if one moved on meanwhile, builds it again. Called a
 * second time (a lost worker, a repeated activity) it gets the answer of the first: the unit's key remembers it, whatever
 * `build` makes of the changed record.
 * @throws {Refusal} `idempotency_key_reused` when the key stands for something else
 */
export async function settle(ledger: Pick<PostingQueue, 'post'>, build: () => Promise<UnitOfWork>): Promise<Settled> {
  for (let tries = 0; tries < TRIES; tries++) {
    const unit = await build()
    const result = await ledger.post(unit)
    if (result.status === 'posted') return { kind: 'posted', replayed: result.replayed }
    if (result.status === 'refused')
      return { kind: 'refused', code: result.code, data: result.data, replayed: result.replayed }
    if (result.status === 'reused') throw new Refusal('idempotency_key_reused', { unit: unit.key })
  }
  throw new Error('a record moved on each time it was read')
}
