import { dayAfter, dayOf } from '../../domain/reconciliation.ts'

/** `YYYY-MM-DD` of a quarter's first, second … day. */
export const dateOf = (from: string, day: number): string => dayAfter(from, day - 1)

export const monthOf = (date: string): string => date.slice(0, 7)

/** Whether no day of its month comes after it. */
export const endsMonth = (date: string): boolean => monthOf(dayAfter(date)) !== monthOf(date)

/** When merchants are settled. */
export const isWeekday = (date: string): boolean => ![0, 6].includes(weekdayOf(date))

export const nameOf = (date: string): string => ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][weekdayOf(date)]!

/** The next quarter of 92 days that has not begun: July to September, or October to December. */
export function nextQuarter(now: Date): string {
  const year = now.getUTCFullYear()
  const firsts = [year, year + 1].flatMap((each) => [`${each}-07-01`, `${each}-10-01`])
  return firsts.find((first) => first > dayOf(now))!
}

/** A Friday ahead from which four days hold a weekend, a month's end and the first business day after it. */
export function nextWeekendAtMonthsEnd(now: Date): string {
  let day = dayAfter(dayOf(now))
  while (weekdayOf(day) !== FRIDAY || monthOf(dayAfter(day, 3)) === monthOf(day)) day = dayAfter(day)
  return day
}

const FRIDAY = 5
const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay()
