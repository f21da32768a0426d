import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { endsMonth, isWeekday, nextQuarter, nextWeekendAtMonthsEnd } from '../../chaos/quarter/calendar.ts'
import { explainedBy, type Discrepancy, type Item } from '../../chaos/quarter/discrepancies.ts'
import { discrepancyKinds, planDay, shapes } from '../../chaos/quarter/plan.ts'
import { dayAfter } from '../../domain/reconciliation.ts'
import { runChaosOnce, type ChaosRun } from '../support/chaos.ts'

/** Less than a minute on two processors that do nothing else. */
const RUN_MS_MAX = 400_000

interface Day {
  readonly date: string
  readonly faults: readonly string[]
  readonly kills: number
  readonly planted: number
}

let run: ChaosRun
beforeAll(async () => {
  // A seed whose last day plants nothing that only a later statement would show.
  run = await runChaosOnce('--quarter', '--size', 'small', '--seed', '8')
}, RUN_MS_MAX)
afterAll(() => run?.drop())

describe('A small quarter: four days with a weekend and a month’s end, under traffic and faults', () => {
  it('closes to the cent every day', () => {
    const { exitCode, said } = run
    expect({ exitCode, said: exitCode === 0 ? '' : said }).toEqual({ exitCode: 0, said: '' })
    expect(said).toContain('all oracles hold')
  })

  it('has broken things, and planted on statements what was found and cleared', () => {
    const days = run.lines('progress.jsonl') as Day[]
    expect(days.map(({ date }) => isWeekday(date))).toEqual([true, false, false, true])
    expect(days.flatMap(({ faults }) => faults).length).toBeGreaterThanOrEqual(6)
    expect(days.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThan(0)
    const planted = days.reduce((sum, day) => sum + day.planted, 0)
    expect(planted).toBeGreaterThanOrEqual(2)
    const said = [...run.said.matchAll(/: (\d+) planted, (\d+) found, (\d+) cleared/g)].map(([, ...all]) =>
      all.map(Number)
    )
    expect(said.reduce((sum, [each]) => sum + each!, 0)).toBe(planted)
    for (const [each, found, cleared] of said) expect([found, cleared]).toEqual([each, each])
  })

  it('has closed the month, whose general ledger is on disk beside the days', () => {
    const [month] = run.lines('months.jsonl') as { month: string; to: string; rows: string[][] }[]
    expect(endsMonth(month!.to)).toBe(true)
    expect(month!.rows.find(([account]) => account === 'total:USD')).toBeDefined()
  })
})

describe('A quarter’s schedule', () => {
  const everything = () => true

  it('of a day depends on the seed and the day alone', () => {
    const once = planDay('a', 40, shapes.full, everything)
    expect(planDay('a', 40, shapes.full, everything)).toEqual(once)
    expect(planDay('b', 40, shapes.full, everything)).not.toEqual(once)
    expect(planDay('a', 41, shapes.full, everything)).not.toEqual({ ...once, day: 41 })
  })

  it('has every kind of discrepancy, and kills every part, in ninety-two days', () => {
    const days = Array.from({ length: 92 }, (_, index) => planDay('a', index + 1, shapes.full, everything))
    const kinds = days.flatMap(({ discrepancies }) => discrepancies.map(({ kind }) => kind))
    expect(new Set(kinds)).toEqual(new Set(discrepancyKinds))
    const struck = days.flatMap(({ faults, nightFaults }) => [...faults, ...nightFaults].map(({ fault }) => fault))
    for (const part of ['api', 'worker', 'sandbox', 'postgres', 'temporal'] as const)
      expect(struck).toContain(`kill-${part}`)
    // Days move the clock, and nothing else does.
    expect(struck).not.toContain('move-clock')
  })

  it('begins with a quarter of 92 days, or before a weekend in which a month ends', () => {
    expect(nextQuarter(new Date('2026-11-22T12:00:00Z'))).toBe('2027-07-01')
    expect(nextQuarter(new Date('2026-07-01T00:00:00Z'))).toBe('2026-10-01')
    expect(nextWeekendAtMonthsEnd(new Date('2026-11-22T12:00:00Z'))).toBe('2027-01-29')
    const friday = nextWeekendAtMonthsEnd(new Date('2027-01-29T12:00:00Z'))
    expect([0, 1, 2].some((day) => endsMonth(dayAfter(friday, day)))).toBe(true)
  })
})

describe('An item of a reconciliation', () => {
  const planted: Discrepancy = {
    id: 'F1',
    kind: 'unknown_credit',
    bank: 'a',
    reference: 'GIFT-1',
    day: '2027-01-30',
    amount: 900n,
    entry: '7'
  }
  const item: Item = {
    id: 'rci_1',
    reconciliation_id: 'rec_1',
    bank: 'a',
    date: '2027-01-30',
    class: 'missing_here',
    reference: 'GIFT-1',
    amount: 900n,
    rests: 'suspense',
    state: 'open',
    cleared_by: null
  }

  it('is explained by what was planted of its class, on its day, at its bank, to the cent', () => {
    expect(explainedBy(planted, [item])).toEqual([item])
    for (const other of [{ amount: 901n }, { date: '2027-01-31' }, { bank: 'b' }, { class: 'duplicate' as const }])
      expect(explainedBy(planted, [{ ...item, ...other }])).toEqual([])
  })

  it('of a line without its reference goes by the bank’s own name, and what it was missed for by the reference', () => {
    const nameless: Discrepancy = { ...planted, kind: 'forget_reference' }
    const [here, there] = [
      { ...item, reference: '7' },
      { ...item, id: 'rci_2', class: 'missing_there' as const, date: '2027-01-31', rests: 'transit' }
    ]
    expect(explainedBy(nameless, [here, there, item])).toEqual([here, there])
  })
})
