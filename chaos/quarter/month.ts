import { sql } from 'kysely'
import { judge, type OracleResult } from '../../cli/verify/report.ts'
import { accountName, type AccountKind } from '../../domain/account-kinds.ts'
import { currency } from '../../domain/currencies.ts'
import { readTrialBalance } from '../../ledger/trial-balance.ts'
import type { Callers } from '../callers.ts'
import type { Judged } from './judged.ts'
import { dateOf, monthOf } from './calendar.ts'
import { readItems } from './discrepancies.ts'
import { centsOf, readApiCsv } from './read.ts'

export interface ClosedMonth {
  readonly month: string
  readonly from: string
  readonly to: string
  /** The export as it was when it was closed. */
  readonly rows: readonly (readonly string[])[]
}

/** Closes the month whose last day has been reconciled, over HTTP, and holds its export against the trial balance. */
export async function closeMonth(
  system: Judged,
  callers: Callers,
  first: string,
  last: string
): Promise<{ readonly results: OracleResult[]; readonly closed?: ClosedMonth }> {
  const month = monthOf(last)
  // Of the month in which everything began, the days since.
  const from = monthOf(first) === month ? first : `${month}-01`
  const open = (await readItems(system)).filter((item) => item.state === 'open' && monthOf(item.date) === month)
  const { status, body } = await callers.as('finance', 'month’s end').post(`/v1/periods/${month}/close`)
  let rows: string[][] = []
  const results = [
    await judge({ oracle: 'month', rule: 'a month is closed, and what is open then is named' }, async () => {
      if (status !== 201 && status !== 200) return `${month}: ${status} ${JSON.stringify(body)}`
      const named = (body['open_items'] as { item_id: string }[]).map(({ item_id }) => item_id).sort()
      const ours = open.map(({ id }) => id).sort()
      return status === 200 || String(named) === String(ours)
        ? undefined
        : `${month} names ${String(named)}, open are ${String(ours)}`
    }),
    await judge({ oracle: 'month', rule: "the month's general ledger sums to the trial balance" }, async () => {
      rows = await readApiCsv(system, exportPath({ from, to: last }))
      return findLedgerBreach(system, last, rows)
    })
  ]
  return { results, closed: { month, from, to: last, rows } }
}

const exportPath = ({ from, to }: Pick<ClosedMonth, 'from' | 'to'>): string =>
  `/v1/general-ledger.csv?from=${from}&to=${to}`

/** Whether a closed month is still what it was, to the cent. */
export const judgeClosed = (system: Judged, closed: ClosedMonth): Promise<OracleResult> =>
  judge({ oracle: 'month', rule: 'nothing has counted in a closed month since' }, async () => {
    const now = await readApiCsv(system, exportPath(closed))
    const before = new Set(closed.rows.map(String))
    const changed = now.find((row) => !before.has(String(row)))
    if (changed) return `${closed.month} has changed: ${String(changed)}`
    return now.length === closed.rows.length
      ? undefined
      : `${closed.month} had ${closed.rows.length} rows, and has ${now.length}`
  })

interface Sums {
  debit: bigint
  credit: bigint
  closing: bigint
}

/**
 * The export's lines make nothing in all, open with what they moved since, and close, kind by kind, with the trial balance
 * less what counts later.
 */
export async function findLedgerBreach(
  system: Judged,
  last: string,
  rows: readonly string[][]
): Promise<string | undefined> {
  const sums: Sums = { debit: 0n, credit: 0n, closing: 0n }
  const byKind = new Map<string, bigint>()
  for (const [account, kind, , , ...amounts] of rows.filter(([, kind]) => kind !== 'total')) {
    const [opening, debit, credit, closing] = amounts.map(centsOf) as [bigint, bigint, bigint, bigint]
    if (opening + debit - credit !== closing) return `${account} does not close with what it opened with and moved`
    sums.debit += debit
    sums.credit += credit
    sums.closing += closing
    byKind.set(kind!, (byKind.get(kind!) ?? 0n) + closing)
  }
  if (sums.debit !== sums.credit || sums.closing !== 0n)
    return `debits ${sums.debit}, credits ${sums.credit}, closing ${sums.closing}`
  const total = rows.find(([, kind]) => kind === 'total')
  if (!total || centsOf(total.at(-3)!) !== sums.debit)
    return `the line total says ${String(total)}, the lines ${sums.debit}`
  const later = await movedAfter(system, last)
  for (const { kind, debits, credits } of await readTrialBalance(system.db)) {
    const then = debits - credits - (later.get(kind) ?? 0n)
    if (then !== (byKind.get(kind) ?? 0n))
      return `${accountName({ kind, owner: '*', currency: currency('USD') })}: the trial balance of ${last} has ${then}, the export ${byKind.get(kind) ?? 0n}`
  }
  return undefined
}

/** Debits less credits of what counts after a day, by kind of account. */
async function movedAfter({ db }: Judged, last: string): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql<{ kind: AccountKind; moved: bigint }>`
    select a.kind, sum(case a.side when 'D' then e.delta else -e.delta end)::bigint as moved
      from ledger_account a join entry e on e.account_id = a.id
      where e.effective_at >= ${dateOf(last, 2)}::date::timestamp at time zone 'UTC' group by a.kind`.execute(db)
  return new Map(rows.map(({ kind, moved }) => [kind, moved]))
}
