import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { dayOf } from '../../domain/reconciliation.ts'
import {
  findPeriod,
  insertPeriod,
  listOpenItemsOf,
  listUnreconciledDays,
  lockItems,
  type AccountingPeriod
} from '../../store/accounting-period.ts'
import { appendAudit } from '../../store/audit.ts'
import { readBusinessNow } from '../../store/process.ts'
import type { ApiDeps } from '../deps.ts'
import { PeriodReply } from '../reconciliation-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { instant } from '../schemas.ts'

const params = z.strictObject({
  month: z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/)
})
const DAYS_SHOWN = 62

/** Months, once nothing of them changes any more. */
export const accountingPeriodRoutes = ({ db }: ApiDeps): Route[] => [
  route.post(
    '/periods/{month}/close',
    {
      summary: 'Close a month',
      description:
        'Once it is over and each of its days is reconciled at each bank. What is still to be explained is named in the answer, ' +
        'and explained with effect in a later month. Closed for good: 200 when it was closed before.',
      params,
      reply: PeriodReply,
      status: 201,
      otherReplies: { 200: { description: 'It was closed before', schema: PeriodReply } },
      callers: { finance: 'any' },
      scope: 'periods:write',
      idempotency: 'stored',
      errors: ['period_incomplete', 'idempotency_key_reused']
    },
    async ({ params: { month }, transaction, principal, requestId }) => {
      await lockItems(transaction)
      const before = await findPeriod(transaction, month)
      if (before) return answer(200, toReply(before))
      if (month >= dayOf(await readBusinessNow(transaction)).slice(0, 7))
        throw new Refusal('period_incomplete', { reason: 'not_over' })
      const days = await listUnreconciledDays(transaction, month)
      if (days.length > 0)
        throw new Refusal('period_incomplete', { reason: 'days_not_reconciled', days: days.slice(0, DAYS_SHOWN) })
      const openItems = await listOpenItemsOf(transaction, month)
      await insertPeriod(transaction, { month, closedBy: principal, openItems })
      const data = { open_items: openItems.length }
      await appendAudit(transaction, { actor: principal, action: 'period.closed', object: month, requestId, data })
      return toReply((await findPeriod(transaction, month))!)
    }
  ),
  route.get(
    '/periods/{month}',
    {
      summary: 'Read a closed month',
      params,
      reply: PeriodReply,
      callers: { finance: 'any', admin: 'any' },
      scope: 'periods:read'
    },
    async ({ params: { month } }) => {
      const found = await findPeriod(db, month)
      if (!found) throw new Refusal('not_found')
      return toReply(found)
    }
  )
]

const toReply = ({ month, closedAt, closedBy, openItems }: AccountingPeriod): z.input<typeof PeriodReply> => ({
  object: 'accounting_period',
  month,
  state: 'closed',
  closed_at: instant(closedAt),
  closed_by: closedBy,
  open_items: openItems as z.input<typeof PeriodReply>['open_items']
})
