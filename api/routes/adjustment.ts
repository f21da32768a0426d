import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import { findPeriod } from '../../store/accounting-period.ts'
import { appendAudit } from '../../store/audit.ts'
import { findItem } from '../../store/reconciliation-item.ts'
import { findReconciliation } from '../../store/reconciliation.ts'
import { insertReview } from '../../store/review.ts'
import { auditOf } from '../audit-of.ts'
import type { ApiDeps } from '../deps.ts'
import { Pending } from '../payment-schemas.ts'
import { AdjustmentRequest, ReconciliationReply } from '../reconciliation-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit } from '../submit.ts'
import { needsReview } from '../write-off.ts'

/** What finance does about what a statement leaves to be explained. */
export const adjustmentRoutes = (deps: ApiDeps): Route[] => {
  const { db } = deps
  const submit = createSubmit(deps)
  return [
    route.post(
      '/reconciliations/{id}/adjustments',
      {
        summary: 'Put what a statement leaves to be explained where it belongs',
        description: 'Above 1,000 USD: 202 with a review that another finance operator decides; one at a time.',
        params: z.strictObject({ id: id('rec') }),
        body: AdjustmentRequest,
        reply: ReconciliationReply,
        status: 200,
        otherReplies: { 202: { description: 'A second operator has to approve: see Location', schema: Pending } },
        callers: { finance: 'any' },
        scope: 'reconciliations:write',
        idempotency: 'process',
        errors: ['state_conflict', 'period_closed', 'currency_mismatch', 'account_closed', 'idempotency_key_reused']
      },
      async (call) => {
        const { params, body, principal, requestId, fingerprint } = call
        const found = await findReconciliation(db, params.id)
        const item = found && (await findItem(db, found.id, body.item_id))
        if (!found || !item) throw new Refusal('not_found')
        const amount = item.amount < 0n ? -item.amount : item.amount
        const thing = { id: found.id, state: found.state, currency: item.currency, amount }
        if (!(await needsReview(db, thing))) {
          const about = { type: 'reconciliation', processId: found.id, role: call.caller.role }
          const alongside = auditOf(call, {
            action: 'reconciliation.adjust',
            object: found.id,
            data: { item_id: item.id, account: body.account }
          })
          return submit.decide(call, { ...about, action: 'adjust', data: { ...body }, alongside })
        }
        const reviewId = call.newId('rev')
        const data = { ...body, amount: toWire({ amount: item.amount, currency: item.currency }) }
        const { made } = await inTransaction(db, async (transaction) => {
          const asked = { id: reviewId, processId: found.id, action: 'adjust', data, requestedBy: principal }
          const inserted = await insertReview(transaction, { ...asked, requestId, fingerprint })
          if (!inserted.made) return inserted
          if (item.state !== 'open') throw new Refusal('state_conflict', { item: item.state })
          const month = body.effective_date?.slice(0, 7)
          if (month !== undefined && (await findPeriod(transaction, month)))
            throw new Refusal('period_closed', { month })
          const entry = { actor: principal, action: 'reconciliation.adjust_requested', object: found.id, requestId }
          await appendAudit(transaction, { ...entry, data: { review_id: reviewId, item_id: item.id } })
          return inserted
        })
        const replayed: Record<string, string> = made ? {} : { 'Idempotent-Replayed': 'true' }
        const pending = { id: reviewId, object: 'review' }
        return answer(202, pending, { Location: `/v1/reviews/${reviewId}`, ...replayed })
      }
    )
  ]
}
