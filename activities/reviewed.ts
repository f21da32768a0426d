import type { ActivityDeps } from './deps.ts'
import type { Decision } from '../store/decision.ts'
import { findReview } from '../store/review.ts'

/** The decision alone says little: the review has to say the same, and that someone else has asked for it. */
export async function isReviewed(
  db: ActivityDeps['db'],
  processId: string,
  { action, actor, data }: Decision
): Promise<boolean> {
  const review = await findReview(db, String(data['review_id']))
  return (
    review?.processId === processId &&
    review.action === action &&
    review.state === 'approved' &&
    review.data['outcome'] === data['outcome'] &&
    review.decidedBy === actor &&
    review.requestedBy !== actor
  )
}
