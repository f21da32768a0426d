/** Days on which banks are closed, by country (ISO 3166): a small table, and how it is read. */

type Rule =
  /** A date; where it falls on a weekend, `moved` says what is free instead. */
  | { readonly on: readonly [month: number, day: number]; readonly moved?: 'sunday_to_monday' | 'to_next_weekday' }
  /** Days after Easter Sunday. */
  | { readonly easter: number }
  /** The nth of that weekday (Monday is 1) in the month; −1 the last one. */
  | { readonly month: number; readonly weekday: number; readonly nth: number }

const fed = 'sunday_to_monday'
const bank = 'to_next_weekday'

const rules: Readonly<Record<string, readonly Rule[]>> = {
  // Nationwide ones; those of single states are left out.
  DE: [
    { on: [1, 1] },
    { easter: -2 },
    { easter: 1 },
    { on: [5, 1] },
    { easter: 39 },
    { easter: 50 },
    { on: [10, 3] },
    { on: [12, 25] },
    { on: [12, 26] }
  ],
  // England and Wales: gov.uk/bank-holidays.
  GB: [
    { on: [1, 1], moved: bank },
    { easter: -2 },
    { easter: 1 },
    { month: 5, weekday: 1, nth: 1 },
    { month: 5, weekday: 1, nth: -1 },
    { month: 8, weekday: 1, nth: -1 },
    { on: [12, 25], moved: bank },
    { on: [12, 26], moved: bank }
  ],
  // Federal Reserve Banks: one on a Saturday is not moved.
  US: [
    { on: [1, 1], moved: fed },
    { month: 1, weekday: 1, nth: 3 },
    { month: 2, weekday: 1, nth: 3 },
    { month: 5, weekday: 1, nth: -1 },
    { on: [6, 19], moved: fed },
    { on: [7, 4], moved: fed },
    { month: 9, weekday: 1, nth: 1 },
    { month: 10, weekday: 1, nth: 2 },
    { on: [11, 11], moved: fed },
    { month: 11, weekday: 4, nth: 4 },
    { on: [12, 25], moved: fed }
  ]
}

const zones: Readonly<Record<string, string>> = {
  'Europe/Berlin': 'DE',
  'Europe/Busingen': 'DE',
  'Europe/London': 'GB',
  'America/New_York': 'US',
  'America/Detroit': 'US',
  'America/Chicago': 'US',
  'America/Denver': 'US',
  'America/Phoenix': 'US',
  'America/Los_Angeles': 'US',
  'America/Anchorage': 'US',
  'Pacific/Honolulu': 'US'
}

const DAY_MS = 86_400_000

/** Whose calendar counts for somebody who lives in that zone; undefined: it does not say. */
export const countryOfZone = (zone: string): string | undefined => zones[zone]

/**
 * Whether the banks of a country are closed on a date for another reason than the weekend. Of a country without a table
 * no holidays are known.
 * @param dateMs the date's midnight, counted as UTC
 */
export const isHoliday = (country: string, dateMs: number): boolean =>
  holidaysOf(country, new Date(dateMs).getUTCFullYear()).includes(dateMs)

/** Midnights, counted as UTC. What is moved out of the year before lands in January's own entry. */
export function holidaysOf(country: string, year: number): readonly number[] {
  return (rules[country] ?? []).reduce<number[]>((taken, rule) => [...taken, dateOf(rule, year, taken)], [])
}

function dateOf(rule: Rule, year: number, taken: readonly number[]): number {
  if ('easter' in rule) return easterSunday(year) + rule.easter * DAY_MS
  if ('nth' in rule) return nthWeekday(year, rule)
  const [month, day] = rule.on
  let date = Date.UTC(year, month - 1, day)
  if (rule.moved === 'sunday_to_monday' && weekdayOf(date) === 0) date += DAY_MS
  if (rule.moved === 'to_next_weekday') while (isWeekend(date) || taken.includes(date)) date += DAY_MS
  return date
}

function nthWeekday(year: number, { month, weekday, nth }: { month: number; weekday: number; nth: number }): number {
  if (nth > 0) {
    const first = Date.UTC(year, month - 1, 1)
    return first + (((weekday - weekdayOf(first) + 7) % 7) + 7 * (nth - 1)) * DAY_MS
  }
  const last = Date.UTC(year, month, 0)
  return last - ((weekdayOf(last) - weekday + 7) % 7) * DAY_MS
}

const weekdayOf = (date: number): number => new Date(date).getUTCDay()
const isWeekend = (date: number): boolean => weekdayOf(date) === 0 || weekdayOf(date) === 6

/** Gregorian Easter: the algorithm of Meeus, Jones and Butcher (Astronomical Algorithms, 1991, p. 67). */
function easterSunday(year: number): number {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1)
}
