import { z } from 'zod'
import { csvOf } from '../../domain/csv.ts'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import { listSettledEntries, type SettledEntry } from '../../store/settlement-entries.ts'
import { listSettlements } from '../../store/settlement-list.ts'
import { findSettlement, toSettlementView, type Settlement } from '../../store/settlement.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, readSeqCursor, toPage } from '../list.ts'
import { media, route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { SettledEntryReply, SettlementReply } from '../settlement-schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('set') })
const readers = {
  callers: { merchant: 'own', service: 'any', support: 'any', finance: 'any' },
  scope: 'settlements:read'
} as const

/** Settlements and their statements. */
export const settlementReadRoutes = (deps: ApiDeps): Route[] => [
  listRoute(deps),
  readRoute(deps, createSubmit(deps)),
  entriesRoute(deps),
  statementRoute(deps)
]

const SettlementQuery = ListQuery.extend({
  merchant_id: id('mer').optional(),
  state: SettlementReply.shape.state.optional()
})

const listRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/settlements',
    {
      summary: 'List settlements, newest first',
      description: 'Merchants see their own. Without the timeline, which `GET /v1/settlements/{id}` has.',
      query: SettlementQuery,
      reply: listOf(SettlementReply),
      ...readers
    },
    async ({ query: { merchant_id, state, limit, cursor }, ownOnly, mustOwn }) => {
      const own = ownOnly().merchantId
      if (merchant_id !== undefined && own !== undefined) mustOwn({ merchantId: merchant_id })
      const place = readCursor(z.tuple([z.iso.datetime(), id('set')]), cursor)
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = await listSettlements(db, { merchantId: own ?? merchant_id, state }, before, limit + 1)
      return toPage(
        rows,
        limit,
        ({ settlement }) => [instant(settlement.createdAt), settlement.id],
        ({ settlement, recordedAt, changedAt }) => ({
          ...(toSettlementView(settlement) as z.input<typeof SettlementReply>),
          created_at: instant(recordedAt),
          updated_at: instant(changedAt)
        })
      )
    }
  )

const readRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/settlements/{id}',
    { summary: 'Read a settlement with its totals', params, reply: SettlementReply, ...readers },
    async (call) => {
      call.mustOwn((await findSettlement(db, call.params.id)) ?? {})
      return submit.read(call, call.params.id)
    }
  )

const entriesRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/settlements/{id}/entries',
    {
      summary: 'List what is in a settlement, oldest first',
      description: 'Every entry of the merchant’s account is in one settlement, or in none yet.',
      params,
      query: ListQuery,
      reply: listOf(SettledEntryReply),
      ...readers
    },
    async ({ params, query: { limit, cursor }, mustOwn }) => {
      const settlement = await owned(db, params.id, mustOwn)
      const after = readSeqCursor(cursor)
      const rows = await listSettledEntries(db, settlement, after ?? 0n, limit + 1)
      return toPage(
        rows,
        limit,
        ({ version }) => [version.toString()],
        (entry) => ({
          version: Number(entry.version),
          code: entry.code,
          amount: toWire({ amount: entry.delta, currency: settlement.currency }),
          process: entry.process,
          effective_at: instant(entry.effectiveAt),
          posted_at: instant(entry.postedAt)
        })
      )
    }
  )

const statementRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/settlements/{id}/statement.csv',
    {
      summary: 'A settlement’s statement as CSV',
      description:
        'A row for each entry and what the settlement made of them; amounts in minor units, which add up to nothing: what ' +
        'came in has gone out.',
      params,
      reply: media('text/csv; charset=utf-8'),
      ...readers
    },
    async ({ params, mustOwn }) => {
      const settlement = await owned(db, params.id, mustOwn)
      const rows: (readonly string[])[] = [
        ['line', 'code', 'process', 'effective_at', 'posted_at', 'amount', 'currency']
      ]
      const add = (line: string, code: string, amount: bigint, entry?: SettledEntry) => {
        const times = entry ? [instant(entry.effectiveAt), instant(entry.postedAt)] : ['', '']
        rows.push([line, code, entry?.process ?? settlement.id, ...times, amount.toString(), settlement.currency])
      }
      add('carried_in', '', settlement.carriedIn)
      for (let after = 0n; ;) {
        const page = await listSettledEntries(db, settlement, after, PAGE)
        for (const entry of page) add('entry', entry.code, entry.delta, entry)
        if (page.length < PAGE) break
        after = page.at(-1)!.version
      }
      add('holdback', 'settlement.holdback', -settlement.holdback)
      add('reserve', 'settlement.reserve', -settlement.reserve)
      add('carried_out', '', -settlement.carriedOut)
      add('payout', 'settlement.payout', -settlement.amount)
      return csvOf(rows)
    }
  )

const PAGE = 5_000

/** @throws {Refusal} `not_found` for what is not there, or another merchant's */
async function owned(
  db: ApiDeps['db'],
  settlementId: string,
  mustOwn: (owner: { merchantId?: string }) => void
): Promise<Settlement> {
  const settlement = await findSettlement(db, settlementId)
  mustOwn(settlement ?? {})
  if (!settlement) throw new Refusal('not_found')
  return settlement
}
