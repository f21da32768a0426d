import pg from 'pg'
import { connect } from '../db/connect.ts'
import { appRole } from '../local/ensure-database.ts'
import { PostingQueue } from '../ledger/posting-queue.ts'
import { startBenchDatabase } from './database.ts'
import { benchRecordTable, benchRecordWriter, fund, runCallers, type Slice } from './ledger-load.ts'
import { interleave, median, type Contender } from './slices.ts'
import { prepareTpcB } from './tpcb.ts'

export interface LedgerFigures {
  /** Null without pgbench on PATH. */
  readonly tpcb_tps: number | null
  readonly ledger_hot_per_s: number
  readonly ledger_spread_per_s: number
  readonly error_rate: number
  /** By shape and number of callers. */
  readonly ledger: Readonly<
    Record<string, { readonly per_s: number; readonly p50_ms: number; readonly p99_ms: number }>
  >
}

const ROUNDS = 5
const SLICE_SECONDS = 3
/** Enough to fill two batches in flight; fewer callers make smaller batches. */
const CALLERS = 400

const loads: readonly (readonly [shape: 'hot' | 'spread', callers: number])[] = [
  ['hot', CALLERS],
  ['spread', CALLERS],
  ['hot', 64],
  ['spread', 64],
  ['spread', 1]
]
const nameOf = (shape: string, callers: number): string => `${shape}_${callers}`

/**
 * Units of work per second through the posting queue, with everything that a balance payment writes, beside pgbench's
 * TPC-B on the same Postgres: slices of 3 s, interleaved, median of 5.
 */
export async function benchLedger(say: (line: string) => void): Promise<LedgerFigures> {
  say('starting Postgres')
  const database = await startBenchDatabase()
  const { pool, close } = connect({ url: database.appUrl, applicationName: 'coffer-bench' })
  try {
    await makeRecordTable(database.ownerUrl)
    const queue = new PostingQueue({ pool, writers: [benchRecordWriter] })
    await fund(queue)
    const tpcb = await prepareTpcB(database.superuserUrl)
    say(tpcb ? `yardstick: ${tpcb.version}` : 'no pgbench on PATH: tpcb_tps is null, and nothing stands in for it')
    await runCallers(queue, 'spread', CALLERS, 1)

    const contenders: Contender<Slice>[] = loads.map(([shape, callers]) => ({
      name: nameOf(shape, callers),
      run: (seconds) => runCallers(queue, shape, callers, seconds)
    }))
    const yardstick: Contender<Slice>[] = tpcb
      ? [
          {
            name: 'tpcb',
            run: async (seconds) => ({ perSecond: await tpcb.slice(seconds), p50Ms: 0, p99Ms: 0, failed: 0 })
          }
        ]
      : []
    const samples = await interleave([...yardstick, ...contenders], { rounds: ROUNDS, seconds: SLICE_SECONDS, say })
    return toFigures(samples)
  } finally {
    await close()
    await database.stop()
  }
}

async function makeRecordTable(ownerUrl: string): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl })
  await owner.connect()
  await owner.query(benchRecordTable)
  await owner.query(`grant select, insert on bench_record to ${appRole}`)
  await owner.end()
}

function toFigures(samples: ReadonlyMap<string, readonly Slice[]>): LedgerFigures {
  const of = (name: string, figure: keyof Slice) => median(samples.get(name)!.map((slice) => slice[figure]))
  const slices = loads.flatMap(([shape, callers]) => samples.get(nameOf(shape, callers))!)
  const failed = slices.reduce((sum, slice) => sum + slice.failed, 0)
  const posted = slices.reduce((sum, slice) => sum + slice.perSecond * SLICE_SECONDS, 0)
  const rounded = (value: number) => Number(value.toFixed(2))
  return {
    tpcb_tps: samples.has('tpcb') ? Math.round(of('tpcb', 'perSecond')) : null,
    ledger_hot_per_s: Math.round(of(nameOf('hot', CALLERS), 'perSecond')),
    ledger_spread_per_s: Math.round(of(nameOf('spread', CALLERS), 'perSecond')),
    error_rate: failed / Math.max(1, failed + posted),
    ledger: Object.fromEntries(
      loads.map(([shape, callers]) => {
        const name = nameOf(shape, callers)
        return [
          name,
          {
            per_s: Math.round(of(name, 'perSecond')),
            p50_ms: rounded(of(name, 'p50Ms')),
            p99_ms: rounded(of(name, 'p99Ms'))
          }
        ]
      })
    )
  }
}

/** The figures as a table for people, with the goals that they are measured against. */
export function ledgerTable(figures: LedgerFigures): string[] {
  const { tpcb_tps: tpcb, ledger, error_rate } = figures
  const ratio = (perSecond: number) => (tpcb === null ? '' : `${(perSecond / tpcb).toFixed(2)} × TPC-B`)
  const row = (...cells: string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(26) : cell.padStart(12))).join('')
  return [
    row('ledger', 'per second', 'p50 ms', 'p99 ms', ''),
    row('TPC-B (pgbench)', tpcb === null ? 'null' : String(tpcb)),
    ...Object.entries(ledger).map(([name, { per_s, p50_ms, p99_ms }]) =>
      row(
        `${name.replace('_', ', ')} callers`,
        String(per_s),
        p50_ms.toFixed(2),
        p99_ms.toFixed(2),
        `   ${ratio(per_s)}`
      )
    ),
    `goals: one hot account ≥ 2.5 × TPC-B, spread ≥ 2 ×, a lone call ≤ 2 ms, errors 0 (${error_rate})`
  ]
}
