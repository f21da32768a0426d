import { setTimeout as pause } from 'node:timers/promises'
import { runningWorkflows } from '../cli/verify/running-workflows.ts'
import { runOracles } from '../cli/verify/run-oracles.ts'
import type { OracleReport, OracleResult } from '../cli/verify/report.ts'
import { loadVerifyConfig } from '../config.ts'
import { readJournal } from '../providers/bank-journal.ts'
import { createCallers } from './callers.ts'
import { faults } from './faults.ts'
import type { Journal } from './journal.ts'
import { judgeAnswers } from './judge.ts'
import { comeToRest, heal, passDeadlines } from './quiet.ts'
import type { Random } from './random.ts'
import type { Recoveries } from './recovery.ts'
import type { Planned } from './schedule.ts'
import type { System } from './system.ts'
import { startTraffic } from './traffic.ts'

export interface SliceInput {
  readonly system: System
  readonly journal: Journal
  readonly planned: readonly Planned[]
  readonly random: Random
  readonly recoveries: Recoveries
  readonly say: (line: string) => void
}

export interface SliceResult {
  readonly operations: number
  readonly acknowledged: number
  readonly refused: number
  /** Sent more than once until the answer came. */
  readonly repeated: number
  /** Unknown when the faults ended; each was resolved afterwards. */
  readonly unknown: number
  /** Faults that could not be made, and stories that ended with an error: what no fault excuses. */
  readonly broken: readonly string[]
  /** Answers of 500 and the like, which should not be, and parts that ended without having been killed. */
  readonly odd: ReadonlyMap<string, number>
  /** The first rules that do not hold, or are unknown. */
  readonly breaches: readonly OracleResult[]
}

/** What is asked for once more at the end of a slice: enough to see a wrong answer, few enough to be quick. */
const REPEATED_MAX = 400

/** Traffic, faults on top of it, healing, rest; then all oracles, once more when every deadline has passed. */
export async function runSlice(input: SliceInput): Promise<SliceResult> {
  const { system, journal, random, recoveries, say } = input
  const from = journal.operations.length
  const over = new AbortController()
  const callers = createCallers({
    apiUrls: system.apiUrls,
    people: system.people,
    journal,
    over: over.signal,
    onAnswer: recoveries.answered
  })
  const traffic = startTraffic(system, callers, random.fork('traffic'))
  const failed = await breakThings(input)
  await heal(system)
  say('healed; waiting for everybody to end')
  over.abort()
  await traffic.stop()
  const recent = journal.operations.slice(from)
  // Of a slice that was cut off as well.
  const unknown = journal.operations.filter(({ outcome }) => outcome === 'asked')
  for (const operation of unknown) await callers.repeat(operation).catch(() => undefined)
  const breaches: OracleResult[] = []
  const judged = async (rest: () => Promise<void>, ...more: (() => Promise<OracleReport>)[]) => {
    if (breaches.length > 0) return
    await rest().catch((error: unknown) => breaches.push(notAtRest(error)))
    for (const report of [() => oracles(system), ...(breaches.length === 0 ? more : [])])
      breaches.push(...(await report()).results.filter(({ verdict }) => verdict !== 'holds'))
  }
  say('waiting until nothing is under way')
  await judged(
    () => comeToRest(system, callers),
    () => judgeAnswers({ db: system.db, operations: journal.operations, recent: some(recent), repeat: callers.repeat })
  )
  if (breaches.length === 0) say('every oracle holds; letting all deadlines pass')
  await judged(() => passDeadlines(system, callers))
  return {
    operations: recent.length,
    acknowledged: recent.filter(({ outcome }) => outcome === 'acknowledged').length,
    refused: recent.filter(({ outcome }) => outcome === 'refused').length,
    repeated: recent.filter(({ attempts = 1 }) => attempts > 1).length,
    unknown: unknown.length,
    broken: [...failed, ...traffic.broken],
    odd: new Map([...callers.odd, ...endedByThemselves(system)]),
    breaches
  }

  /** Spread over the slice. */
  function some<Item>(items: readonly Item[]): Item[] {
    const step = Math.max(1, Math.ceil(items.length / REPEATED_MAX))
    return items.filter((_, index) => index % step === 0)
  }
}

export function endedByThemselves({ components }: System): [string, number][] {
  return components.flatMap(({ name, endedByItself: times }) =>
    times === 0 ? [] : [[`${name} ended by itself, in all`, times]]
  )
}

/** Two lanes side by side: processes, of which one at a time is gone or stands still, and what is between them. */
export async function breakThings({
  system,
  journal,
  planned,
  recoveries
}: Pick<SliceInput, 'system' | 'journal' | 'planned' | 'recoveries'>): Promise<string[]> {
  const failed: string[] = []
  const startedAt = performance.now()
  const byName = new Map(faults.map((fault) => [fault.name, fault]))
  const lane = async (mine: readonly Planned[]) => {
    for (const { fault: name, at_ms, for_ms, which, number } of mine) {
      await pause(Math.max(0, startedAt + at_ms - performance.now()))
      const { kind, inject } = byName.get(name)!
      const struckAt = performance.now()
      recoveries.strike(name)
      await inject({ system, journal, for_ms, which })
        .then(() => kind === 'kill' && recoveries.back(name, performance.now() - struckAt))
        .catch((error: unknown) => failed.push(`fault ${number}, ${name}: ${String(error)}`))
    }
  }
  const ofProcesses = ({ fault }: Planned) => ['kill', 'pause'].includes(byName.get(fault)!.kind)
  await Promise.all([lane(planned.filter(ofProcesses)), lane(planned.filter((each) => !ofProcesses(each)))])
  return failed
}

/** The same as `npm run verify`, past the proxies. */
export async function oracles({ db, sandbox, servers }: System): Promise<OracleReport> {
  const temporal = runningWorkflows(
    servers.temporalAddress,
    loadVerifyConfig({ TEMPORAL_NAMESPACE: servers.namespace })
  )
  try {
    return await runOracles({
      db,
      readJournal: (bank) => readJournal(sandbox.url, sandbox.adminKey, bank),
      listWorkflows: temporal.listWorkflows,
      listFailing: temporal.listFailing,
      listSchedules: temporal.listSchedules
    })
  } finally {
    await temporal.close()
  }
}

export const notAtRest = (error: unknown): OracleResult => ({
  oracle: 'O7',
  rule: 'after the faults everything ends, or waits for a person or a deadline',
  verdict: 'breached',
  detail: error instanceof Error ? error.message : String(error),
  exceptions: []
})
