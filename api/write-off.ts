import { inTransaction } from '../db/in-transaction.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import { Refusal } from '../domain/errors.ts'
import { toWire } from '../domain/money.ts'
import type { Start } from '../domain/orders.ts'
import type { WriteOffPolicy } from '../domain/policy/index.ts'
import { clockOf } from '../domain/operators-work.ts'
import { writeOffNeedsFourEyes } from '../domain/write-off.ts'
import { appendAudit } from '../store/audit.ts'
import { findProcess } from '../store/process.ts'
import { insertReview } from '../store/review.ts'
import { findOpenTask } from '../store/task.ts'
import type { ApiDeps } from './deps.ts'
import { answer, type Answer, type Call } from './route.ts'

type FinanceCall = Pick<
  Call<unknown, unknown, unknown, unknown, 'process'>,
  'newId' | 'principal' | 'requestId' | 'fingerprint'
>

/** What a bank was told to move, as its record stands; its amount in minor units. */
export interface Instructed {
  readonly id: string
  readonly state: string
  readonly currency: CurrencyCode
  readonly amount: bigint
}

/** By the policy that the run keeps, not by today's: the run asks the same question again. */
export async function needsReview(db: ApiDeps['db'], thing: Instructed): Promise<boolean> {
  return writeOffNeedsFourEyes(thing, await policyOf(db, thing))
}

async function policyOf(db: ApiDeps['db'], thing: Instructed): Promise<WriteOffPolicy> {
  const process = await findProcess(db, thing.id)
  return (process!.order as Start<unknown, WriteOffPolicy>).policy
}

/** What ends a stuck instruction, and what goes with it into the review. */
interface Ending {
  readonly action: 'write-off' | 'resolve'
  readonly body: { readonly reason: string; readonly proof: string; readonly outcome?: string }
}

/**
 * Asks for a second operator; nothing has ended yet. Answers 202 with the review.
 * @throws {Refusal} `state_conflict` unless it is stuck, or when a review is open already
 */
export async function requestReview(
  db: ApiDeps['db'],
  call: FinanceCall,
  thing: Instructed,
  { action, body }: Ending,
  /** Its kind as the audit log names it: `top_up`. */
  object: string
): Promise<Answer<unknown>> {
  const { principal, requestId, fingerprint } = call
  const id = call.newId('rev')
  const data = { ...body, amount: toWire(thing) }
  const clock = clockOf((await policyOf(db, thing)).stuck_sla_ms)
  const { made } = await inTransaction(db, async (transaction) => {
    const request = {
      id,
      processId: thing.id,
      action,
      data,
      requestedBy: principal,
      requestId,
      fingerprint,
      clock
    }
    const inserted = await insertReview(transaction, request)
    if (!inserted.made) return inserted
    if (thing.state !== 'processing' || !(await findOpenTask(transaction, thing.id, 'stuck_bank_instruction')))
      throw new Refusal('state_conflict', { state: thing.state, reason: 'not_stuck' })
    const entry = {
      actor: principal,
      action: `${object}.${action.replaceAll('-', '_')}_requested`,
      object: thing.id,
      requestId
    }
    await appendAudit(transaction, { ...entry, data: { review_id: id } })
    return inserted
  })
  const replayed: Record<string, string> = made ? {} : { 'Idempotent-Replayed': 'true' }
  return answer(202, { id, object: 'review' }, { Location: `/v1/reviews/${id}`, ...replayed })
}
