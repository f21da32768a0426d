import { countryOfZone, isHoliday } from './holidays.ts'
import { addDays, fromDate, instantAt, toDate } from './local-time.ts'

/** When a mandate pays. Days beyond a month's end are its last day: the 31st is the 30th in April. */
export type Rule =
  | { readonly every: 'month'; readonly day: number }
  /** Monday is 1; counted from the first such day on or after the start. */
  | { readonly every: 'week'; readonly weekday: number; readonly interval?: number | undefined }
  /** The first, second or third month of a quarter. */
  | { readonly every: 'quarter'; readonly month: number; readonly day: number }
  | { readonly every: 'year'; readonly month: number; readonly day: number }

/** Where the debit falls on a day on which banks are closed. */
export type HolidayShift = 'before' | 'after' | 'on'

/** A mandate's rule with all that its dates depend on. Dates are `YYYY-MM-DD` where the customer lives. */
export interface Plan {
  readonly rule: Rule
  /** The rule's date is when the bill is due; so many days before it is paid. */
  readonly daysBeforeDue: number
  readonly zone: string
  /** `HH:MM` on the wall. */
  readonly time: string
  readonly holiday: HolidayShift
  /** The first date that may be a period. */
  readonly start: string
  /** The last one. */
  readonly end: string | null
  readonly count: number | null
  /** What would have been debited before is none: the mandate (or its rule) was not there yet. */
  readonly from: Date
}

export interface Occurrence {
  /** The rule's own date, unshifted: what identifies it, whatever holidays and clocks do. */
  readonly period: string
  /** The date of the debit, shifted. */
  readonly date: string
  readonly debitAt: Date
  /** Until then it can be changed: 23:59 of the day before. */
  readonly changeableUntil: Date
}

/** A table without holidays for years on end would be a bug, not a long holiday. */
const SHIFT_DAYS_MAX = 14
const LAST_MINUTE = '23:59'

/**
 * The occurrences of a plan in their order, made as they are asked for: periods ascend, and no debit comes before the one
 * of an earlier period.
 * @param after only later periods; the ones before are counted all the same.
 */
export function* occurrencesOf(plan: Plan, after?: string): Generator<Occurrence> {
  let left = plan.count ?? Infinity
  for (const date of datesOf(plan.rule, skippedTo(plan, after))) {
    const period = fromDate(date)
    if (left <= 0 || (plan.end !== null && period > plan.end) || date > LAST_DATE) return
    const occurrence = occurrenceAt(plan, date)
    if (occurrence.debitAt < plan.from) continue
    left -= 1
    if (after === undefined || period > after) yield occurrence
  }
}

/** The occurrence of a period; undefined where the plan has none there. */
export function occurrenceOf(plan: Plan, period: string): Occurrence | undefined {
  for (const occurrence of occurrencesOf(plan, fromDate(addDays(toDate(period), -1))))
    return occurrence.period === period ? occurrence : undefined
  return undefined
}

/** Dates have four digits in their year. */
const LAST_DATE = Date.UTC(9999, 10, 30)

function occurrenceAt(plan: Plan, period: number): Occurrence {
  const due = addDays(period, -plan.daysBeforeDue)
  const date = shifted(due, plan.holiday, countryOfZone(plan.zone))
  const debitAt = instantAt(fromDate(date), plan.time, plan.zone)
  return {
    period: fromDate(period),
    date: fromDate(date),
    debitAt,
    changeableUntil: earlier(instantAt(fromDate(addDays(date, -1)), LAST_MINUTE, plan.zone), debitAt)
  }
}

/** Where a whole day is left out, the last minute of the day before may be the debit's own. */
const earlier = (one: Date, other: Date): Date => (one < other ? one : other)

/** Weekends and the holidays of the zone's country; `before` or `after` moves to the nearest day on which banks are open. */
function shifted(date: number, holiday: HolidayShift, country: string | undefined): number {
  if (holiday === 'on') return date
  const step = holiday === 'before' ? -1 : 1
  for (let days = 0; days <= SHIFT_DAYS_MAX; days += 1) {
    const at = addDays(date, step * days)
    if (isOpen(at, country)) return at
  }
  throw new TypeError(`${country} has no day on which banks are open around ${fromDate(date)}`)
}

function isOpen(date: number, country: string | undefined): boolean {
  const weekday = new Date(date).getUTCDay()
  return weekday !== 0 && weekday !== 6 && !(country !== undefined && isHoliday(country, date))
}

/** Without a count nothing before `after` has to be counted, and a mandate of many years is not walked from its start. */
function skippedTo({ rule, start, count }: Plan, after: string | undefined): { anchor: number; from: number } {
  const anchor = toDate(start)
  const from = count !== null || after === undefined ? anchor : Math.max(anchor, addDays(toDate(after), 1))
  return { anchor: rule.every === 'week' ? firstWeekday(anchor, rule.weekday) : anchor, from }
}

const firstWeekday = (from: number, weekday: number): number =>
  addDays(from, (weekday - (new Date(from).getUTCDay() || 7) + 7) % 7)

/** The rule's dates from a date on, for ever. */
function* datesOf(rule: Rule, { anchor, from }: { anchor: number; from: number }): Generator<number> {
  if (rule.every === 'week') {
    const days = 7 * (rule.interval ?? 1)
    const periods = Math.max(0, Math.ceil((from - anchor) / addDays(0, days)))
    for (let date = addDays(anchor, periods * days); ; date = addDays(date, days)) yield date
  }
  const months = { month: 1, quarter: 3, year: 12 }[rule.every]
  const phase = rule.every === 'month' ? 0 : rule.month - 1
  const start = new Date(from)
  const monthNow = start.getUTCFullYear() * 12 + start.getUTCMonth()
  const first = monthNow - ((((monthNow - phase) % months) + months) % months)
  for (let month = first; ; month += months) {
    const date = dayOfMonth(month, rule.day)
    if (date >= from) yield date
  }
}

/** @param month counted from the year 0 */
function dayOfMonth(month: number, day: number): number {
  const [year, inYear] = [Math.floor(month / 12), month % 12]
  const last = new Date(Date.UTC(year, inYear + 1, 0)).getUTCDate()
  return Date.UTC(year, inYear, Math.min(day, last))
}
