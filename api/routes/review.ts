import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { findProcess } from '../../store/process.ts'
import { decideReview, findReview, listReviews, type Review } from '../../store/review.ts'
import { auditOf } from '../audit-of.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { Pending } from '../payment-schemas.ts'
import { ReviewReply } from '../review-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const ReviewQuery = ListQuery.extend({
  state: ReviewReply.shape.state.optional(),
  process_id: z.string().max(64).optional()
})
const params = z.strictObject({ id: id('rev') })
const readers = { callers: { finance: 'any', reviewer: 'any', support: 'any' }, scope: 'reviews:read' } as const
const deciders = {
  params,
  reply: ReviewReply,
  status: 200,
  callers: { finance: 'any' },
  scope: 'reviews:write',
  errors: ['four_eyes_required', 'state_conflict', 'idempotency_key_reused']
} as const

/** Decisions that take two operators: one has asked, another one decides. */
export const reviewRoutes = (deps: ApiDeps): Route[] => [
  listRoute(deps),
  readRoute(deps),
  approveRoute(deps, createSubmit(deps)),
  rejectRoute
]

const listRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/reviews',
    { summary: 'List reviews, oldest first', query: ReviewQuery, reply: listOf(ReviewReply), ...readers },
    async ({ query: { limit, cursor, state, process_id: processId } }) => {
      const after = readCursor(z.tuple([z.string().max(40), id('rev')]), cursor)
      const rows = await listReviews(db, { state, processId }, after, limit + 1)
      return toPage(rows, limit, ({ place }) => place, toReply)
    }
  )

const readRoute = ({ db }: ApiDeps): Route =>
  route.get('/reviews/{id}', { summary: 'Read a review', params, reply: ReviewReply, ...readers }, async (call) =>
    toReply(await existing(db, call.params.id))
  )

const approveRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/reviews/{id}/approve',
    {
      summary: 'Approve what another operator has asked for, and have it carried out',
      ...deciders,
      idempotency: 'process',
      otherReplies: { 202: { description: 'Approved, and not carried out yet: see Location', schema: Pending } }
    },
    async (call) => {
      const { id, processId, action, data, requestedBy } = await existing(db, call.params.id)
      if (requestedBy === call.principal) throw new Refusal('four_eyes_required')
      const process = await findProcess(db, processId)
      const audit = auditOf(call, { action: 'review.approved', object: id, data: { process_id: processId, action } })
      const carriedOut = await submit.decide(call, {
        type: process!.kind,
        processId,
        action,
        data: { ...data, review_id: id },
        role: call.caller.role,
        alongside: async (transaction) => {
          await decideReview(transaction, id, { state: 'approved', decidedBy: call.principal })
          await audit(transaction)
        }
      })
      if (carriedOut.status === 202) return carriedOut
      return answer(200, toReply(await existing(db, id)), carriedOut.headers)
    }
  )

const rejectRoute: Route = route.post(
  '/reviews/{id}/reject',
  { summary: 'Reject what another operator has asked for', ...deciders, idempotency: 'stored' },
  async ({ params, transaction, principal, requestId }) => {
    const review = await decideReview(transaction, params.id, { state: 'rejected', decidedBy: principal })
    const data = { process_id: review.processId, action: review.action }
    await appendAudit(transaction, { actor: principal, action: 'review.rejected', object: review.id, requestId, data })
    return toReply(review)
  }
)

async function existing(db: ApiDeps['db'], id: string): Promise<Review> {
  const review = await findReview(db, id)
  if (!review) throw new Refusal('not_found')
  return review
}

const toReply = (review: Review): z.input<typeof ReviewReply> => ({
  id: review.id,
  object: 'review',
  state: review.state,
  action: review.action,
  process_id: review.processId,
  data: { ...review.data },
  requested_by: review.requestedBy,
  decided_by: review.decidedBy,
  created_at: instant(review.createdAt),
  decided_at: review.decidedAt && instant(review.decidedAt)
})
