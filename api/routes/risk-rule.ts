import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import { appendAudit } from '../../store/audit.ts'
import { findCustomer } from '../../store/customers.ts'
import { findMerchant } from '../../store/merchant.ts'
import {
  findRiskRule,
  insertRiskRule,
  listRiskRules,
  removeRiskRule,
  type StoredRiskRule
} from '../../store/risk-rule.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf, ListQuery, readCursor, toPage } from '../list.ts'
import { RiskRuleReply, RiskRuleRequest } from '../risk-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const params = z.strictObject({ id: id('rsk') })
const place = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\d[ \d:.+-]{9,30}$/), id('rsk')])
const readers = {
  callers: { support: 'any', reviewer: 'any', finance: 'any', admin: 'any' },
  scope: 'risk-rules:read'
} as const
const writers = { callers: { admin: 'any' }, scope: 'risk-rules:write' } as const

/** What an admin says about somebody, or about large amounts; the other rules are code. */
export const riskRuleRoutes = (deps: ApiDeps): Route[] => [
  makeRoute(),
  listRoute(deps),
  readRoute(deps),
  removeRoute(deps)
]

const makeRoute = (): Route =>
  route.post(
    '/risk-rules',
    {
      summary: 'Have payments, top-ups or withdrawals held up for a reviewer, or blocked',
      description:
        'By customer, merchant, amount, or all of them together. New orders are judged by it from now on; what waits to be ' +
        'confirmed or reviewed is still blocked by it, and not held up again. Who made a rule does not decide what it holds up.',
      body: RiskRuleRequest,
      reply: RiskRuleReply,
      status: 201,
      ...writers,
      idempotency: 'stored',
      errors: ['not_found', 'idempotency_key_reused']
    },
    async ({ body, newId, transaction, principal, requestId }) => {
      const { process, outcome, customer_id, merchant_id, amount_from, reason } = body
      if (customer_id && !(await findCustomer(transaction, customer_id)))
        throw new Refusal('not_found', { pointer: '/customer_id' })
      if (merchant_id && !(await findMerchant(transaction, merchant_id)))
        throw new Refusal('not_found', { pointer: '/merchant_id' })
      const rule = await insertRiskRule(transaction, {
        id: newId('rsk'),
        process,
        outcome,
        customerId: customer_id ?? null,
        merchantId: merchant_id ?? null,
        from: amount_from ?? null,
        reason,
        createdBy: principal
      })
      const data = {
        process,
        outcome,
        customer_id,
        merchant_id,
        amount_from: amount_from && toWire(amount_from),
        reason
      }
      await appendAudit(transaction, { actor: principal, action: 'risk_rule.made', object: rule.id, requestId, data })
      return answer(201, toReply(rule), { Location: `/v1/risk-rules/${rule.id}` })
    }
  )

const listRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/risk-rules',
    {
      summary: 'List the risk rules in force, newest first',
      query: ListQuery,
      reply: listOf(RiskRuleReply),
      ...readers
    },
    async ({ query }) => {
      const after = readCursor(place, query.cursor)
      const before = after && { createdAt: after[0], id: after[1] }
      const rows = await listRiskRules(db, before, query.limit + 1)
      return toPage(rows, query.limit, (row) => row.place, toReply)
    }
  )

const readRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/risk-rules/{id}',
    { summary: 'Read a risk rule, also one that was removed', params, reply: RiskRuleReply, ...readers },
    async (call) => {
      const rule = await findRiskRule(db, call.params.id)
      if (!rule) throw new Refusal('not_found')
      return toReply(rule)
    }
  )

const removeRoute = ({ db }: ApiDeps): Route =>
  route.delete(
    '/risk-rules/{id}',
    {
      summary: 'Remove a risk rule',
      description: 'What it holds up already still waits for its reviewer.',
      params,
      ...writers
    },
    async ({ params: { id: ruleId }, principal, requestId }) =>
      inTransaction(db, async (transaction) => {
        if (!(await removeRiskRule(transaction, ruleId, principal))) throw new Refusal('not_found')
        await appendAudit(transaction, { actor: principal, action: 'risk_rule.removed', object: ruleId, requestId })
      })
  )

const toReply = (rule: StoredRiskRule): z.input<typeof RiskRuleReply> => ({
  id: rule.id,
  object: 'risk_rule',
  state: rule.removedAt === null ? 'active' : 'removed',
  process: rule.process,
  outcome: rule.outcome,
  customer_id: rule.customerId,
  merchant_id: rule.merchantId,
  amount_from: rule.from && toWire(rule.from),
  reason: rule.reason,
  created_by: rule.createdBy,
  created_at: instant(rule.createdAt),
  removed_at: rule.removedAt && instant(rule.removedAt)
})
