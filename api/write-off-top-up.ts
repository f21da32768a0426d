import { inTransaction } from '../db/in-transaction.ts'
import { Refusal } from '../domain/errors.ts'
import { toWire } from '../domain/money.ts'
import type { Start, TopUpOrder } from '../domain/orders.ts'
import type { TopUpPolicy } from '../domain/policy/index.ts'
import { writeOffNeedsFourEyes } from '../domain/write-off.ts'
import { appendAudit } from '../store/audit.ts'
import { findProcess } from '../store/process.ts'
import { insertReview } from '../store/review.ts'
import { findOpenTask } from '../store/task.ts'
import type { TopUp } from '../store/top-up.ts'
import type { ApiDeps } from './deps.ts'
import { answer, type Answer, type Call } from './route.ts'

type FinanceCall = Pick<
  Call<unknown, unknown, unknown, unknown, 'process'>,
  'newId' | 'principal' | 'requestId' | 'fingerprint'
>

/** By the policy that the run keeps, not by today's: the run asks the same question again. */
export async function needsReview(db: ApiDeps['db'], topUp: TopUp): Promise<boolean> {
  const process = await findProcess(db, topUp.id)
  const { policy } = process!.order as Start<TopUpOrder, TopUpPolicy>
  return writeOffNeedsFourEyes(topUp, policy)
}

/**
 * Asks for a second operator; nothing is given up yet. Answers 202 with the review.
 * @throws {Refusal} `state_conflict` unless the top-up is stuck, or when a review is open already
 */
export async function requestWriteOffReview(
  db: ApiDeps['db'],
  call: FinanceCall,
  topUp: TopUp,
  { reason, proof }: { readonly reason: string; readonly proof: string }
): Promise<Answer<unknown>> {
  const { principal, requestId, fingerprint } = call
  const id = call.newId('rev')
  const data = { reason, proof, amount: toWire(topUp) }
  const { made } = await inTransaction(db, async (transaction) => {
    const request = {
      id,
      processId: topUp.id,
      action: 'write-off',
      data,
      requestedBy: principal,
      requestId,
      fingerprint
    }
    const inserted = await insertReview(transaction, request)
    if (!inserted.made) return inserted
    if (topUp.state !== 'processing' || !(await findOpenTask(transaction, topUp.id, 'stuck_bank_instruction')))
      throw new Refusal('state_conflict', { state: topUp.state, reason: 'not_stuck' })
    const entry = { actor: principal, action: 'top_up.write_off_requested', object: topUp.id, requestId }
    await appendAudit(transaction, { ...entry, data: { review_id: id } })
    return inserted
  })
  const replayed: Record<string, string> = made ? {} : { 'Idempotent-Replayed': 'true' }
  return answer(202, { id, object: 'review' }, { Location: `/v1/reviews/${id}`, ...replayed })
}
