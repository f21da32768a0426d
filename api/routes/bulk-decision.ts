import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { roleForTask } from '../../domain/operators-work.ts'
import { appendAudit } from '../../store/audit.ts'
import {
  countMatching,
  countOutcomes,
  findBulkDecision,
  insertBulkDecision,
  listFailedItems,
  type BulkCount,
  type BulkDecision
} from '../../store/bulk-decision.ts'
import { findOperator, type OperatorRole } from '../../store/operators.ts'
import { BulkReply, BulkRequest } from '../bulk-schemas.ts'
import type { ApiDeps } from '../deps.ts'
import { runOf } from '../links.ts'
import { answer, route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

/** More than that are not one operator's decision, and not one run's work. */
const MATCHED_MAX = 10_000
const FAILED_SHOWN = 100

/** One audited decision about many: what it matches is fixed with it, and a run carries it out. */
export const bulkDecisionRoutes = (deps: ApiDeps): Route[] => [decide(deps), read(deps)]

const decide = ({ db, processes, config }: ApiDeps): Route =>
  route.post(
    '/tasks/bulk',
    {
      summary: 'Decide about all that a filter matches',
      description:
        '`retry` (finance) has the bank asked about every instruction that it was sent between two times and has not ' +
        'answered; `assign` gives open tasks to an operator. At most 10,000; with `dry_run` it is only said how many. ' +
        'Giving up in bulk is not offered: each needs its own proof, and a second operator above 1,000 USD.',
      body: BulkRequest,
      reply: BulkReply,
      status: 201,
      otherReplies: { 200: { description: 'dry_run: what would match', schema: BulkReply } },
      callers: { finance: 'any', reviewer: 'any', admin: 'any' },
      scope: 'tasks:bulk',
      idempotency: 'stored',
      errors: ['idempotency_key_reused']
    },
    async ({ body, caller, transaction, principal, requestId, fingerprint, newId, afterCommit }) => {
      const { action, filter, reason } = body
      const matched = await countMatching(transaction, action, filter, MATCHED_MAX + 1)
      if (matched > MATCHED_MAX) refuse('/filter', `matches more than ${MATCHED_MAX}: narrow it`)
      const assignTo = body.action === 'assign' ? body.assign_to : null
      if (body.dry_run) return answer(200, dryReply(body, assignTo, matched))
      const blk = newId('blk')
      const decision = { id: blk, action, filter, assignTo, reason, requestedBy: principal, role: caller.role }
      await insertBulkDecision(transaction, { ...decision, fingerprint, requestId })
      const made = (await findBulkDecision(transaction, blk))!
      const count = await countOutcomes(transaction, blk)
      const data = { ...filter, matched: count.matched, ...(assignTo && { assign_to: assignTo }) }
      await appendAudit(transaction, { actor: principal, action: `task.bulk_${action}`, object: blk, requestId, data })
      afterCommit(() =>
        processes.launch({
          type: 'bulk-decision',
          id: blk,
          order: { id: blk },
          summary: `${action} of ${count.matched}, decided by ${principal}`,
          searchAttributes: []
        })
      )
      return answer(201, toReply(made, count, [], config), { Location: `/v1/bulk-decisions/${blk}` })
    },
    {
      before: async ({ body, caller }) => {
        const { from, to } = body.filter
        if (from !== undefined && to !== undefined && from >= to) refuse('/filter/to', 'must be after from')
        if (body.action === 'retry') return mustBe(caller.role, 'finance')
        const role = roleForTask(body.filter.kind)
        if (caller.role !== 'admin') mustBe(caller.role, role)
        const assignee = await findOperator(db, body.assign_to)
        if (assignee?.role !== role && assignee?.role !== 'admin')
          refuse('/assign_to', `must be an operator of ${role}`)
      }
    }
  )

const read = ({ db, config }: ApiDeps): Route =>
  route.get(
    '/bulk-decisions/{id}',
    {
      summary: 'Read how far a decision about many has come',
      params: z.strictObject({ id: id('blk') }),
      reply: BulkReply,
      callers: { support: 'any', reviewer: 'any', finance: 'any', admin: 'any' },
      scope: 'tasks:read'
    },
    async ({ params }) => {
      const bulk = await findBulkDecision(db, params.id)
      if (!bulk) throw new Refusal('not_found')
      const [count, failed] = await Promise.all([
        countOutcomes(db, bulk.id),
        listFailedItems(db, bulk.id, FAILED_SHOWN)
      ])
      return toReply(bulk, count, failed, config)
    }
  )

const shown = (filter: BulkDecision['filter']) =>
  Object.fromEntries(Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined))

const toReply = (
  bulk: BulkDecision,
  count: BulkCount,
  failedItems: string[],
  config: ApiDeps['config']
): z.input<typeof BulkReply> => ({
  id: bulk.id,
  object: 'bulk_decision',
  action: bulk.action,
  filter: shown(bulk.filter),
  assign_to: bulk.assignTo,
  reason: bulk.reason,
  state: bulk.state,
  ...count,
  failed_items: failedItems,
  requested_by: bulk.requestedBy,
  created_at: instant(bulk.createdAt),
  completed_at: bulk.completedAt && instant(bulk.completedAt),
  run: runOf(config, 'bulk-decision', bulk.id)
})

const dryReply = (
  { action, filter, reason }: z.output<typeof BulkRequest>,
  assignTo: BulkDecision['assignTo'],
  matched: number
): z.input<typeof BulkReply> => ({
  id: null,
  object: 'bulk_decision',
  action,
  filter: shown(filter),
  assign_to: assignTo,
  reason,
  state: null,
  matched,
  waiting: 0,
  nudged: 0,
  assigned: 0,
  already_over: 0,
  failed: 0,
  failed_items: [],
  requested_by: null,
  created_at: null,
  completed_at: null
})

function refuse(pointer: string, message: string): never {
  throw new Refusal('invalid_request', { errors: [{ pointer, message }] })
}

function mustBe(role: OperatorRole, wanted: OperatorRole): void {
  if (role !== wanted) throw new Refusal('forbidden')
}
