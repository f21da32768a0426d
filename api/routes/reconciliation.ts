import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { dayOf } from '../../domain/reconciliation.ts'
import { appendAudit } from '../../store/audit.ts'
import { findProcess, readBusinessNow } from '../../store/process.ts'
import { listItems, toItemView } from '../../store/reconciliation-item.ts'
import { reconciliationStart } from '../../store/reconciliation-start.ts'
import {
  findDay,
  findReconciliation,
  insertReconciliation,
  listReconciliations,
  toReconciliationView,
  type Reconciliation
} from '../../store/reconciliation.ts'
import { listMissingDays } from '../../store/reconciliation-days.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { Bank, DayRequest, ReconciliationReply } from '../reconciliation-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'
import { acquirerPayoutRoutes } from './acquirer-payout.ts'
import { workflowIdOf } from '../../workflows/messages.ts'

type Reply = z.input<typeof ReconciliationReply>

const readers = { callers: { finance: 'any', admin: 'any', support: 'any' }, scope: 'reconciliations:read' } as const

/** Our books beside the banks' statements, day by day. */
export const reconciliationRoutes = (deps: ApiDeps): Route[] => [
  wantRoute(deps),
  listRoute(deps),
  readRoute(deps, createSubmit(deps)),
  ...acquirerPayoutRoutes(deps)
]

/** Starts the day's run, or wakes it; what is lost on the way the sweeper starts. */
export async function launchDay(
  { processes, policy }: Pick<ApiDeps, 'processes' | 'policy'>,
  day: Reconciliation
): Promise<void> {
  await processes.launch({
    type: 'reconciliation',
    id: day.id,
    order: reconciliationStart(day, policy),
    summary: `bank ${day.bank}, ${day.date}`,
    searchAttributes: []
  })
  await processes.nudge(workflowIdOf('reconciliation', day.id))
}

const wantRoute = (deps: ApiDeps): Route =>
  route.post(
    '/reconciliations',
    {
      summary: 'Have a bank’s day reconciled',
      description:
        'The bank is asked for its statement, which is booked line by line. One record a bank and day: asked for again, it is ' +
        'answered as it stands. The days before it that nobody has asked for come with it; days that nobody asks for at all are ' +
        'asked for by themselves, within an hour once they are over.',
      body: DayRequest,
      reply: ReconciliationReply,
      status: 201,
      otherReplies: { 200: { description: 'It was asked for before', schema: ReconciliationReply } },
      callers: { finance: 'any' },
      scope: 'reconciliations:write',
      idempotency: 'stored',
      errors: ['statement_out_of_order', 'idempotency_key_reused']
    },
    async ({ body, transaction, principal, requestId, afterCommit }) => {
      const today = dayOf(await readBusinessNow(transaction))
      if (body.date >= today) refuseDay('is not over yet')
      const before = await findDay(transaction, body.bank, body.date)
      if (before) {
        if (before.state === 'importing') afterCommit(() => launchDay(deps, before))
        return answer(200, toReconciliationView(before), { Location: `/v1/reconciliations/${before.id}` })
      }
      const days = await listMissingDays(transaction, body.bank, body.date)
      if (days.at(-1) !== body.date)
        throw new Refusal('statement_out_of_order', { reason: 'not_next', next: days[0] ?? null })
      const wanted: Reconciliation[] = []
      for (const date of days)
        wanted.push((await insertReconciliation(transaction, { bank: body.bank, date, askedBy: principal })).day)
      for (const day of wanted) afterCommit(() => launchDay(deps, day))
      const asked = wanted.at(-1)!
      const entry = { actor: principal, action: 'reconciliation.wanted', object: asked.id, requestId }
      await appendAudit(transaction, { ...entry, data: { days: days.length } })
      return answer(201, toReconciliationView(asked), { Location: `/v1/reconciliations/${asked.id}` })
    }
  )

const refuseDay = (message: string): never => {
  throw new Refusal('invalid_request', { errors: [{ pointer: '/date', message }] })
}

const listRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/reconciliations',
    {
      summary: 'List reconciliations, the newest day first',
      query: ListQuery.extend({ bank: Bank.optional(), state: ReconciliationReply.shape.state.optional() }),
      reply: listOf(ReconciliationReply),
      ...readers
    },
    async ({ query: { bank, state, limit, cursor } }) => {
      const place = readCursor(z.tuple([z.iso.date(), id('rec')]), cursor)
      const before = place && { date: place[0], id: place[1] }
      const rows = await listReconciliations(db, { bank, state }, before, limit + 1)
      return toPage(
        rows,
        limit,
        (row) => [row.date, row.id],
        (row) => toReconciliationView(row) as Reply
      )
    }
  )

const ItemQuery = ListQuery.extend({
  class: z.enum(['missing_here', 'missing_there', 'amount_differs', 'duplicate']).optional(),
  item_state: z.enum(['open', 'cleared']).optional()
})

const readRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/reconciliations/{id}',
    {
      summary: 'Read a reconciliation, with a page of what was to be explained',
      params: z.strictObject({ id: id('rec') }),
      query: ItemQuery,
      reply: ReconciliationReply,
      ...readers
    },
    async (call) => {
      const { class: of, item_state: state, limit, cursor } = call.query
      const found = await findReconciliation(db, call.params.id)
      if (!found) throw new Refusal('not_found')
      const place = readCursor(z.tuple([id('rci')]), cursor)
      const rows = await listItems(db, found.id, { of, state }, place?.[0], limit + 1)
      const today = dayOf(await readBusinessNow(db))
      const items = toPage(
        rows,
        limit,
        (row) => [row.id],
        (row) => toItemView(row, today)
      )
      // Before its run has begun there is nothing but the wish.
      const begun = await findProcess(db, found.id)
      if (!begun) return { ...(toReconciliationView(found) as Reply), created_at: instant(found.createdAt), items }
      const { body } = await submit.read(call, found.id)
      return { ...(body as Reply), ...(toReconciliationView(found) as Reply), items }
    }
  )
