import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { RISK_HOLD, roleForReview } from '../../domain/operators-work.ts'
import { appendAudit } from '../../store/audit.ts'
import { recordDecision } from '../../store/decision.ts'
import { findProcess } from '../../store/process.ts'
import { decideReview, findQueuedReview, listReviews, type QueuedReview } from '../../store/review.ts'
import { countWork } from '../../store/work-queue.ts'
import { auditOf } from '../audit-of.ts'
import type { ApiDeps } from '../deps.ts'
import { claimRoutes } from '../claim-routes.ts'
import { listOf, readCursor, toPage } from '../list.ts'
import { Pending } from '../payment-schemas.ts'
import { ReviewReply, WorkSummary } from '../review-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { createSubmit, decisionIdOf, type Submit } from '../submit.ts'
import { workflowIdOf } from '../../workflows/messages.ts'
import { toWorkFilter, toWorkReply, workPlace, WorkQuery } from '../work-reply.ts'

const ReviewQuery = WorkQuery.extend({ state: ReviewReply.shape.state.optional() })
const params = z.strictObject({ id: id('rev') })
const readers = {
  callers: { finance: 'any', reviewer: 'any', support: 'any', admin: 'any' },
  scope: 'reviews:read'
} as const
const deciders = {
  params,
  reply: ReviewReply,
  status: 200,
  callers: { finance: 'any', reviewer: 'any' },
  scope: 'reviews:write',
  errors: ['four_eyes_required', 'state_conflict', 'idempotency_key_reused']
} as const

/** Decisions that take two operators: one has asked, another one decides; or a risk rule has held something up. */
export const reviewRoutes = (deps: ApiDeps): Route[] => [
  summaryRoute(deps),
  listRoute(deps),
  readRoute(deps),
  approveRoute(deps, createSubmit(deps)),
  rejectRoute(deps),
  ...claimRoutes({
    table: 'review',
    prefix: 'rev',
    reply: ReviewReply,
    read: async (transaction, reviewId) => replyWith(deps.config)(await existing(transaction, reviewId))
  })
]

const summaryRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/reviews/summary',
    {
      summary: 'Count what waits for operators',
      description: 'Tasks and reviews: open, past half of their time, overdue, claimed by nobody; in all and by kind.',
      reply: WorkSummary,
      ...readers
    },
    async () => {
      const counts = await countWork(db)
      const sum = (of: 'open' | 'dueSoon' | 'overdue' | 'unassigned') =>
        counts.reduce((total, count) => total + count[of], 0)
      return {
        object: 'work_summary' as const,
        open: sum('open'),
        due_soon: sum('dueSoon'),
        overdue: sum('overdue'),
        unassigned: sum('unassigned'),
        by_kind: counts.map(({ processKind, dueSoon, ...count }) => ({
          ...count,
          process_kind: processKind,
          due_soon: dueSoon
        }))
      }
    }
  )

const listRoute = ({ db, config }: ApiDeps): Route =>
  route.get(
    '/reviews',
    {
      summary: 'List reviews, those that are due first first',
      query: ReviewQuery,
      reply: listOf(ReviewReply),
      ...readers
    },
    async ({ query, principal }) => {
      const after = readCursor(workPlace('rev'), query.cursor)
      const rows = await listReviews(db, toWorkFilter(query, principal), after, query.limit + 1)
      return toPage(rows, query.limit, ({ place }) => place, replyWith(config))
    }
  )

const readRoute = ({ db, config }: ApiDeps): Route =>
  route.get('/reviews/{id}', { summary: 'Read a review', params, reply: ReviewReply, ...readers }, async (call) =>
    replyWith(config)(await existing(db, call.params.id))
  )

const approveRoute = ({ db, config }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/reviews/{id}/approve',
    {
      summary: 'Approve what another operator has asked for, and have it carried out',
      description: `Finance; a reviewer where ${RISK_HOLD} is the action: then it goes on as if nobody had held it up, and may still be declined.`,
      ...deciders,
      idempotency: 'process',
      otherReplies: { 202: { description: 'Approved, and not carried out yet: see Location', schema: Pending } }
    },
    async (call) => {
      const { id, processId, action, data, requestedBy } = await existing(db, call.params.id)
      mustDecide(action, call.caller)
      if (requestedBy === call.principal) throw new Refusal('four_eyes_required')
      const process = await findProcess(db, processId)
      const audit = auditOf(call, { action: 'review.approved', object: id, data: { process_id: processId, action } })
      const carriedOut = await submit.decide(call, {
        type: process!.kind,
        processId,
        ...(action === RISK_HOLD
          ? { action: 'approve', data: { review_id: id } }
          : { action, data: { ...data, review_id: id } }),
        role: call.caller.role,
        alongside: async (transaction) => {
          await decideReview(transaction, id, { state: 'approved', decidedBy: call.principal })
          await audit(transaction)
        }
      })
      if (carriedOut.status === 202) return carriedOut
      return answer(200, replyWith(config)(await existing(db, id)), carriedOut.headers)
    }
  )

const rejectRoute = ({ config, processes }: ApiDeps): Route =>
  route.post(
    '/reviews/{id}/reject',
    {
      summary: 'Reject what another operator has asked for',
      description: `Finance; a reviewer where ${RISK_HOLD} is the action: then it is declined, with risk_blocked.`,
      ...deciders,
      idempotency: 'stored'
    },
    async (call) => {
      const { params, transaction, principal, requestId, caller } = call
      mustDecide((await existing(transaction, params.id)).action, caller)
      const review = await decideReview(transaction, params.id, { state: 'rejected', decidedBy: principal })
      const { kind } = (await findProcess(transaction, review.processId))!
      // Whose process has begun with the review, and ends with it.
      if (review.action === RISK_HOLD || kind === 'concession') {
        const said = {
          action: 'reject',
          data: { review_id: review.id },
          actor: principal,
          role: caller.role,
          requestId
        }
        const { fingerprint } = call
        await recordDecision(transaction, { id: decisionIdOf(call), processId: review.processId, fingerprint, ...said })
        call.afterCommit(() => processes.nudge(workflowIdOf(kind, review.processId)))
      }
      const data = { process_id: review.processId, action: review.action }
      await appendAudit(transaction, {
        actor: principal,
        action: 'review.rejected',
        object: review.id,
        requestId,
        data
      })
      return replyWith(config)(await existing(transaction, review.id))
    }
  )

/** @throws {Refusal} `forbidden` for a review that is another role's to decide. */
function mustDecide(action: string, { role }: { readonly role: string }): void {
  if (role !== roleForReview(action)) throw new Refusal('forbidden')
}

async function existing(db: ApiDeps['db'], id: string): Promise<QueuedReview> {
  const review = await findQueuedReview(db, id)
  if (!review) throw new Refusal('not_found')
  return review
}

const replyWith =
  (config: ApiDeps['config']) =>
  (review: QueuedReview): z.input<typeof ReviewReply> => ({
    id: review.id,
    object: 'review',
    state: review.state,
    action: review.action,
    process_id: review.processId,
    data: { ...review.data },
    requested_by: review.requestedBy,
    decided_by: review.decidedBy,
    created_at: instant(review.createdAt),
    decided_at: review.decidedAt && instant(review.decidedAt),
    ...toWorkReply(review, config)
  })
