import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { occurrenceOf, occurrencesOf, type Occurrence, type Plan, type Rule } from '../../domain/calendar.ts'
import { isHoliday } from '../../domain/holidays.ts'
import { instantAt } from '../../domain/local-time.ts'

const DAY_MS = 86_400_000
const plan = (rule: Rule, more: Partial<Plan> = {}): Plan => ({
  rule,
  daysBeforeDue: 0,
  zone: 'Europe/Berlin',
  time: '09:00',
  holiday: 'on',
  start: '2027-01-01',
  end: null,
  count: null,
  from: new Date('2000-01-01T00:00:00Z'),
  ...more
})
function first(count: number, of: Plan, after?: string): Occurrence[] {
  const found: Occurrence[] = []
  for (const occurrence of occurrencesOf(of, after)) {
    if (found.length === count) break
    found.push(occurrence)
  }
  return found
}
const periods = (count: number, of: Plan, after?: string) => first(count, of, after).map(({ period }) => period)

describe('The calendar of a mandate', () => {
  it('pays on the last day of months that have no 31st', () => {
    expect(periods(5, plan({ every: 'month', day: 31 }))).toEqual([
      '2027-01-31',
      '2027-02-28',
      '2027-03-31',
      '2027-04-30',
      '2027-05-31'
    ])
  })

  it('pays what is yearly on 29 February on the 28th of other years', () => {
    expect(periods(5, plan({ every: 'year', month: 2, day: 29 }))).toEqual([
      '2027-02-28',
      '2028-02-29',
      '2029-02-28',
      '2030-02-28',
      '2031-02-28'
    ])
  })

  it('counts weeks from the first such day on or after the start, also across the change of the clocks', () => {
    const fortnightly = plan({ every: 'week', weekday: 5, interval: 2 }, { start: '2027-03-12' })
    expect(first(3, fortnightly).map(({ debitAt }) => debitAt.toISOString())).toEqual([
      '2027-03-12T08:00:00.000Z',
      '2027-03-26T08:00:00.000Z',
      '2027-04-09T07:00:00.000Z'
    ])
    expect(periods(2, fortnightly, '2027-03-27')).toEqual(['2027-04-09', '2027-04-23'])
    expect(periods(1, { ...fortnightly, start: '2027-03-13' })).toEqual(['2027-03-19'])
  })

  it('pays once a quarter, in the month of it that was asked for', () => {
    expect(periods(4, plan({ every: 'quarter', month: 2, day: 31 }))).toEqual([
      '2027-02-28',
      '2027-05-31',
      '2027-08-31',
      '2027-11-30'
    ])
  })

  it.each([
    ['before', '2027-05-14'],
    ['on', '2027-05-17'],
    ['after', '2027-05-18']
  ] as const)('pays %s Whit Monday in Germany, and the period stays the rule’s own date', (holiday, date) => {
    const [occurrence] = first(1, plan({ every: 'month', day: 17 }, { start: '2027-05-01', holiday }))
    expect(occurrence).toMatchObject({ period: '2027-05-17', date })
  })

  it('pays so many days before the bill is due, before the weekend that this falls on', () => {
    const of = plan({ every: 'month', day: 15 }, { daysBeforeDue: 5, holiday: 'before' })
    // 15 − 5 is Sunday 10 January 2027.
    expect(first(1, of)[0]).toMatchObject({ period: '2027-01-15', date: '2027-01-08' })
  })

  it.each([
    ['Europe/Berlin', '2027-03-28', '02:30', '2027-03-28T01:00:00.000Z', 'skipped: 03:00'],
    ['Europe/Berlin', '2027-10-31', '02:30', '2027-10-31T00:30:00.000Z', 'twice: the first'],
    ['Europe/Berlin', '2027-10-31', '03:00', '2027-10-31T02:00:00.000Z', 'after what comes twice'],
    ['America/New_York', '2027-03-14', '02:15', '2027-03-14T07:00:00.000Z', 'skipped: 03:00'],
    ['America/New_York', '2027-11-07', '01:30', '2027-11-07T05:30:00.000Z', 'twice: the first'],
    ['Australia/Lord_Howe', '2027-10-03', '02:15', '2027-10-02T15:30:00.000Z', 'half an hour skipped: 02:30'],
    ['Australia/Lord_Howe', '2027-04-04', '01:45', '2027-04-03T14:45:00.000Z', 'half an hour twice: the first'],
    [
      'Pacific/Apia',
      '2011-12-30',
      '09:00',
      '2011-12-30T10:00:00.000Z',
      'a day that was left out: the next one’s start'
    ],
    ['America/Santiago', '2026-09-06', '00:30', '2026-09-06T04:00:00.000Z', 'midnight itself skipped']
  ])('in %s on %s, %s is %s (%s)', (zone, date, time, instant) => {
    expect(instantAt(date, time, zone).toISOString()).toBe(instant)
  })

  it('keeps a day of its own for what falls on a date that a zone left out', () => {
    const apia = plan({ every: 'week', weekday: 5 }, { zone: 'Pacific/Apia', start: '2011-12-23' })
    expect(first(3, apia).map(({ period, debitAt }) => [period, debitAt.toISOString()])).toEqual([
      ['2011-12-23', '2011-12-23T19:00:00.000Z'],
      ['2011-12-30', '2011-12-30T10:00:00.000Z'],
      ['2012-01-06', '2012-01-05T19:00:00.000Z']
    ])
  })

  it('has no occurrence whose debit would have been before the mandate was made, and does not count it', () => {
    const of = plan({ every: 'month', day: 1 }, { from: new Date('2027-01-01T08:00:01Z'), count: 2 })
    expect([...occurrencesOf(of)].map(({ period }) => period)).toEqual(['2027-02-01', '2027-03-01'])
  })

  it('says until when a debit can be changed: 23:59 of the day before it', () => {
    const [occurrence] = first(1, plan({ every: 'month', day: 31 }, { holiday: 'before' }))
    expect(occurrence).toMatchObject({ date: '2027-01-29', changeableUntil: new Date('2027-01-28T22:59:00Z') })
  })
})

/** Day by day, with nothing but UTC dates: slow, and too simple to be wrong in the same way. */
function modelled(of: Plan, days: number): string[] {
  const found: string[] = []
  const start = Date.parse(`${of.start}T00:00:00Z`)
  let anchor: number | undefined
  for (let date = start; date < start + days * DAY_MS; date += DAY_MS) {
    const [year, month, day] = new Date(date).toISOString().slice(0, 10).split('-').map(Number) as [
      number,
      number,
      number
    ]
    const isLast = new Date(date + DAY_MS).getUTCDate() === 1
    const isDay = (wanted: number) => day === wanted || (isLast && wanted > day)
    const { rule } = of
    let hit: boolean
    if (rule.every === 'week') {
      hit = (new Date(date).getUTCDay() || 7) === rule.weekday
      if (hit) anchor ??= date
      hit &&= ((date - anchor!) / DAY_MS / 7) % (rule.interval ?? 1) === 0
    } else if (rule.every === 'month') hit = isDay(rule.day)
    else if (rule.every === 'quarter') hit = (month - 1) % 3 === rule.month - 1 && isDay(rule.day)
    else hit = month === rule.month && isDay(rule.day)
    const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
    if (hit && (of.end === null || text <= of.end) && found.length < (of.count ?? Infinity)) found.push(text)
  }
  return found
}

const TEN_YEARS = 3_653
const zones = Intl.supportedValuesOf('timeZone')
const rules: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({ every: fc.constant('month' as const), day: fc.integer({ min: 1, max: 31 }) }),
  fc.record({
    every: fc.constant('week' as const),
    weekday: fc.integer({ min: 1, max: 7 }),
    interval: fc.integer({ min: 1, max: 52 })
  }),
  fc.record({
    every: fc.constant('quarter' as const),
    month: fc.integer({ min: 1, max: 3 }),
    day: fc.integer({ min: 1, max: 31 })
  }),
  fc.record({
    every: fc.constant('year' as const),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 })
  })
)
const dates = fc.integer({ min: 10_000, max: 25_000 }).map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10))
const times = fc
  .integer({ min: 0, max: 1_439 })
  .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
const plans = fc
  .record({
    rule: rules,
    daysBeforeDue: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
    zone: fc.constantFrom(...zones),
    time: times,
    holiday: fc.constantFrom('before' as const, 'after' as const, 'on' as const),
    start: dates,
    end: fc.oneof(fc.constant(null), dates),
    count: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 40 }))
  })
  .map((drawn): Plan => ({ ...drawn, from: new Date(0) }))

const wall = (at: number, zone: string): string => {
  const format = walls.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, ...wallParts })
  walls.set(zone, format)
  return format.format(at)
}
const walls = new Map<string, Intl.DateTimeFormat>()
const wallParts = { dateStyle: 'short', timeStyle: 'short' } as const

describe('The calendar, of any plan', () => {
  it('has for ten years the periods that looking at every day finds, in order, each once, the count exact', () => {
    fc.assert(
      fc.property(plans, (of) => {
        const end = new Date(Date.parse(of.start) + (TEN_YEARS - 1) * DAY_MS).toISOString().slice(0, 10)
        const within = { ...of, end: of.end === null || of.end > end ? end : of.end }
        expect([...occurrencesOf(within)].map(({ period }) => period)).toEqual(modelled(within, TEN_YEARS))
      }),
      { numRuns: 60 }
    )
  })

  it('goes on after any period as if it had been asked from the start', () => {
    fc.assert(
      fc.property(plans, dates, (of, after) => {
        const whole = first(60, of).filter(({ period }) => period > after)
        expect(first(whole.length, of, after).slice(0, whole.length)).toEqual(whole)
        for (const occurrence of whole.slice(0, 3)) expect(occurrenceOf(of, occurrence.period)).toEqual(occurrence)
      }),
      { numRuns: 60 }
    )
  })

  it('debits in the order of its periods, on a day on which banks are open, and never on an earlier one than it may', () => {
    fc.assert(
      fc.property(plans, (of) => {
        let last = 0
        for (const { period, date, debitAt, changeableUntil } of first(40, of)) {
          expect(debitAt.getTime()).toBeGreaterThanOrEqual(last)
          expect(changeableUntil.getTime()).toBeLessThanOrEqual(debitAt.getTime())
          last = debitAt.getTime()
          const due = Date.parse(period) - of.daysBeforeDue * DAY_MS
          const [moved, weekday] = [(Date.parse(date) - due) / DAY_MS, new Date(date).getUTCDay()]
          if (of.holiday === 'on') expect(moved).toBe(0)
          else {
            expect(weekday % 6).not.toBe(0)
            expect(of.holiday === 'before' ? -moved : moved).toBeGreaterThanOrEqual(0)
            expect(Math.abs(moved)).toBeLessThanOrEqual(5)
            if (of.zone === 'Europe/Berlin') expect(isHoliday('DE', Date.parse(date))).toBe(false)
          }
        }
      }),
      { numRuns: 100 }
    )
  })

  it('finds in every zone the first instant at which the wall shows the time, or has passed it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 18_262, max: 24_000 }), times, (day, time) => {
        const date = new Date(day * DAY_MS).toISOString().slice(0, 10)
        for (const zone of zones) {
          const found = instantAt(date, time, zone).getTime()
          const shown = wall(found, zone)
          expect(shown >= `${date} ${time}`).toBe(true)
          // The minute before shows less, unless the clock has just been set back.
          if (wall(found - 60_000, zone) >= `${date} ${time}`) throw new Error(`${zone} ${date} ${time}: not the first`)
        }
      }),
      { numRuns: 8 }
    )
  })
})
