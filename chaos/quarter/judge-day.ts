import { sql } from 'kysely'
import { judge, type OracleResult } from '../../cli/verify/report.ts'
import type { Judged } from './judged.ts'
import {
  clearedOn,
  dueOn,
  explainedBy,
  isBookedPlainly,
  readItems,
  readPlanted,
  type Discrepancy,
  type Item
} from './discrepancies.ts'
import { readClosing } from './read.ts'
import { findStatementBreach } from './settlements.ts'

/** What has to hold when a day is over and its statements are booked, beside every oracle of `npm run verify`. */
export async function judgeDay(system: Judged, date: string): Promise<OracleResult[]> {
  return [
    await judge({ oracle: 'cash', rule: "each bank's cash is the closing balance of the day's statement" }, () =>
      findCashBreach(system, date)
    ),
    await judge({ oracle: 'items', rule: 'what is open is named, explained, and not older than it has to be' }, () =>
      findItemBreach(system, date)
    ),
    await judge({ oracle: 'settlements', rule: "merchants' statements are their postings, each entry in one" }, () =>
      findStatementBreach(system, date)
    )
  ]
}

async function findCashBreach(system: Judged, date: string): Promise<string | undefined> {
  const { rows } = await sql<{ bank: 'a' | 'b'; cash: bigint }>`
    select owner as bank, debits_posted - credits_posted as cash from ledger_account
      where kind = 'bank_cash' and owner in ('a', 'b') and currency = 'USD' order by owner`.execute(system.db)
  if (rows.length !== 2) return `${rows.length} banks have cash`
  for (const { bank, cash } of rows) {
    const closing = await readClosing(system, bank, date)
    if (closing !== cash) return `bank ${bank}: the statement of ${date} closes with ${closing}, our books have ${cash}`
  }
  return undefined
}

async function findItemBreach(system: Judged, date: string): Promise<string | undefined> {
  const [items, planted] = [await readItems(system), await readPlanted(system)]
  const explained = new Set(planted.flatMap((each) => explainedBy(each, items).map(({ id }) => id)))
  const strange = items.find(({ id }) => !explained.has(id))
  if (strange) return `${wordsOf(strange)}: nobody has planted it`
  for (const discrepancy of planted.filter((each) => dueOn(each) <= date)) {
    const found = explainedBy(discrepancy, items)
    const { kind, bank, reference, day } = discrepancy
    const what = `${kind} of ${day} at bank ${bank}, ${reference}`
    if (!(await isFound(system, discrepancy, found))) return `${what}, was not found`
    const open = found.find(({ state }) => state === 'open')
    if (open && clearedOn(discrepancy) <= date) return `${what}, is still open at the end of ${date}: ${wordsOf(open)}`
    const other =
      kind === 'drop_for_a_while' ? found.find(({ cleared_by }) => cleared_by?.startsWith('opr_')) : undefined
    if (other) return `${what}, was adjusted by hand: ${wordsOf(other)}`
  }
  return undefined
}

async function isFound(system: Judged, discrepancy: Discrepancy, found: readonly Item[]): Promise<boolean> {
  const all = discrepancy.kind === 'forget_reference' ? 2 : 1
  return found.length === all || (found.length === 0 && (await isBookedPlainly(system, discrepancy)))
}

const wordsOf = ({ id, bank, date, class: of, reference, amount, state }: Item): string =>
  `${id} of bank ${bank}, ${date}: ${of} ${reference} ${amount} (${state})`
