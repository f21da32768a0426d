import { sql } from 'kysely'
import type { OracleResult } from '../../cli/verify/report.ts'
import { dayAfter } from '../../domain/reconciliation.ts'
import type { Callers } from '../callers.ts'
import { comeToRest, passDeadlines } from '../quiet.ts'
import { createRandom } from '../random.ts'
import { notAtRest, oracles } from '../slice.ts'
import type { System } from '../system.ts'
import { clearItems, listOpen } from './clear.ts'
import { moveTo } from './clock.ts'
import { readItems } from './discrepancies.ts'
import { judgeDay } from './judge-day.ts'
import { reconcileDay } from './reconcile.ts'

interface Finish {
  readonly system: System
  readonly callers: Callers
  readonly seed: string
  readonly last: string
  readonly say: (line: string) => void
}

/** A line that comes three days late is explained on the fourth. */
const QUIET_DAYS_MAX = 5

/**
 * After the last day nothing new begins: statements come until nothing is to be explained, every deadline passes, and what
 * is open then is named.
 */
export async function finishQuarter(finish: Finish): Promise<OracleResult[]> {
  try {
    return (await quietDays(finish)) ?? (await lastWord(finish))
  } catch (error) {
    return [notAtRest(error)]
  }
}

const isOff = ({ verdict }: OracleResult): boolean => verdict !== 'holds'

/** @returns what does not hold; undefined: nothing is to be explained any more. */
async function quietDays({ system, callers, seed, last, say }: Finish): Promise<OracleResult[] | undefined> {
  for (let day = 1; ; day++) {
    const open = (await readItems(system)).filter(({ state }) => state === 'open')
    if (open.length === 0) return undefined
    if (day > QUIET_DAYS_MAX) throw new Error(`still to be explained: ${open.map(({ id }) => id).join(', ')}`)
    const date = dayAfter(last, day)
    await clearItems(await listOpen(system), system, callers, createRandom(`${seed}/after-${day}`))
    await moveTo(system, `${dayAfter(date)}T08:00:00Z`)
    await reconcileDay(system, callers, date, false)
    await comeToRest(system, callers)
    const off = [...(await oracles(system)).results, ...(await judgeDay(system, date))].filter(isOff)
    say(`${date}, ${open.length} to be explained`)
    if (off.length > 0) return off
  }
}

async function lastWord({ system, callers, say }: Finish): Promise<OracleResult[]> {
  await passDeadlines(system, callers)
  const { results } = await oracles(system)
  const { rows } = await sql<{ kind: string; state: string; many: number; some: string }>`
    select kind, state, count(*)::int as many, (array_agg(id order by id))[1] as some from process where open
      group by kind, state order by kind, state`.execute(system.db)
  for (const { kind, state, many, some } of rows)
    say(`open: ${many} × ${kind}, ${state} (${some}${many > 1 ? ' …' : ''})`)
  return results.filter(isOff)
}
