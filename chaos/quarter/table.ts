import type { Journal } from '../journal.ts'
import type { Recoveries } from '../recovery.ts'
import type { System } from '../system.ts'
import { explainedBy, isBookedPlainly, readItems, readPlanted } from './discrepancies.ts'
import type { ClosedMonth } from './month.ts'
import { discrepancyKinds } from './plan.ts'
import type { Done } from './run.ts'

interface Table {
  readonly system: System
  readonly journal: Journal
  readonly done: readonly Done[]
  readonly closed: readonly ClosedMonth[]
  readonly recoveries: Recoveries
  readonly seed: string
  readonly say: (line: string) => void
}

/** What the quarter was, in figures. */
export async function sayTable(table: Table): Promise<void> {
  const { system, journal, done, closed, recoveries, seed, say } = table
  const sum = (figure: 'operations' | 'acknowledged' | 'kills' | 'planted' | 'seconds') =>
    done.reduce((total, each) => total + each[figure], 0)
  const struck = done.flatMap(({ faults }) => faults)
  say(
    `seed ${seed}: ${done.length} days in ${sum('seconds')} s; ${sum('operations')} operations, ${sum('acknowledged')} acknowledged; ` +
      `${struck.length} faults, ${sum('kills')} of them kills; ${closed.length} months closed (${closed.map(({ month }) => month).join(', ')})`
  )
  say(`operations: ${wordsOf(journal.operations.map(({ path }) => verbOf(path)))}`)
  say(`processes: ${await processesOf(system)}`)
  say(`faults: ${wordsOf(struck)}`)
  for (const line of await discrepanciesOf(system)) say(line)
  for (const [what, times] of done.flatMap(({ odd }) => odd)) say(`odd: ${what}: ${times} ×`)
  for (const line of recoveries.lines()) say(line)
}

const verbOf = (path: string): string => path.replace('/v1/', '').replace(/\/[a-z]{3}_[0-9a-f]{32}/, '')

function wordsOf(all: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const each of all) counts.set(each, (counts.get(each) ?? 0) + 1)
  return [...counts]
    .sort(([one, many], [other, more]) => more - many || (one < other ? -1 : 1))
    .map(([what, many]) => `${many} ${what}`)
    .join(', ')
}

async function processesOf({ db }: System): Promise<string> {
  const rows = await db
    .selectFrom('process')
    .select(['kind', ({ fn }) => fn.countAll<bigint>().as('many')])
    .groupBy('kind')
    .orderBy('kind')
    .execute()
  return rows.map(({ kind, many }) => `${many} ${kind}`).join(', ')
}

async function discrepanciesOf(system: System): Promise<string[]> {
  const [planted, items] = [await readPlanted(system), await readItems(system)]
  const lines: string[] = []
  for (const kind of discrepancyKinds) {
    const own = planted.filter((each) => each.kind === kind)
    let [found, cleared] = [0, 0]
    for (const each of own) {
      const explained = explainedBy(each, items)
      const plainly = explained.length === 0 && (await isBookedPlainly(system, each))
      if (plainly || explained.length > 0) found += 1
      if (plainly || (explained.length > 0 && explained.every(({ state }) => state === 'cleared'))) cleared += 1
    }
    if (own.length > 0) lines.push(`${kind}: ${own.length} planted, ${found} found, ${cleared} cleared`)
  }
  return lines
}
