import type { CurrencyCode } from '../domain/currencies.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { Refusal } from '../domain/errors.ts'
import { sameDigits, type CustomerId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import { clockOf, RISK_HOLD } from '../domain/operators-work.ts'
import type { DecisionOutcome, Progress, Start } from '../domain/orders.ts'
import type { RiskReviewPolicy } from '../domain/policy/index.ts'
import type { RiskFinding } from '../domain/risk.ts'
import type { Decision } from '../store/decision.ts'
import { findReview } from '../store/review.ts'
import type { Judged } from '../store/risk.ts'
import type { TaskMove } from '../store/task.ts'
import type { ActivityDeps } from './deps.ts'
import type { Refused } from './settle.ts'

interface Held extends Judged {
  readonly id: string
  readonly state: string
  readonly customerId: CustomerId
  readonly amount: bigint
  readonly currency: CurrencyCode
}

type RiskStart = Start<unknown, { readonly risk?: RiskReviewPolicy }>

/** The record of what is held up, and the review that is opened with it. */
export function heldForReview<Thing extends Held>(
  start: RiskStart,
  thing: Thing,
  risk: RiskFinding,
  now: Date
): { readonly after: Thing; readonly review: NonNullable<TaskMove['review']> } {
  const policy = start.policy.risk!
  const { set_by, ...found } = risk
  return {
    after: { ...thing, risk, reviewBefore: new Date(now.getTime() + policy.review_ms) },
    review: {
      id: sameDigits('rev', thing.id),
      action: RISK_HOLD,
      data: { ...found, customer_id: thing.customerId, amount: toWire(thing) },
      // Who made the rule does not decide what it holds up.
      requested_by: set_by ?? 'risk',
      fingerprint: start.fingerprint,
      request_id: start.requestId,
      clock: clockOf(policy.review_sla_ms)
    }
  }
}

/** Whether its record moves a review: it is closed with the end of the process. */
export const wasHeld = ({ risk }: Judged): boolean => risk?.outcome === 'hold_for_review'

/**
 * Whether a reviewer's decision may be carried out: the row alone says little, the review has to say the same.
 * @returns why not; undefined: it may.
 */
export async function refusalToReview(
  db: ActivityDeps['db'],
  { id, state, reviewBefore }: Held,
  { action, actor, role, data }: Decision,
  now: Date
): Promise<Refusal | undefined> {
  if (state !== 'in_review') return new Refusal('state_conflict', { state })
  const review = await findReview(db, String(data['review_id']))
  const isSaid =
    role === 'reviewer' &&
    review?.processId === id &&
    review.action === RISK_HOLD &&
    review.state === (action === 'approve' ? 'approved' : 'rejected') &&
    review.decidedBy === actor &&
    review.requestedBy !== actor
  if (!isSaid) return new Refusal('forbidden')
  return now < reviewBefore! ? undefined : new Refusal('state_conflict', { state, reason: 'not_reviewed_in_time' })
}

/** What a decision is refused with that changes nothing; any other code means that what was said yes to cannot be. */
const changesNothing: ReadonlySet<ProblemCode> = new Set(['confirmation_expired', 'state_conflict', 'forbidden'])

/**
 * What the customer or a reviewer has said yes to, and cannot be made any more, does not wait on: they have said yes, the books
 * say no.
 * @param end puts that on record, and answers where it then stands.
 */
export async function saidYesTo<State extends string>(
  outcome: DecisionOutcome<State>,
  from: State,
  end: (refused: Refused) => Promise<Progress<State>>
): Promise<DecisionOutcome<State>> {
  if (outcome.kind !== 'refused' || outcome.progress.state !== from || changesNothing.has(outcome.code)) return outcome
  return { ...outcome, progress: await end(outcome) }
}
