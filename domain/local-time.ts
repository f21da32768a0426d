import { wallClockMs } from './business-days.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** Dates as midnights that are counted as if they were UTC; the arithmetic of dates has no zone. */
export const toDate = (text: string): number => Date.parse(`${text}T00:00:00Z`)
export const fromDate = (date: number): string => new Date(date).toISOString().slice(0, 10)
export const addDays = (date: number, days: number): number => date + days * DAY_MS

/** The date on the wall at that instant. */
export const localDateOf = (at: Date, zone: string): string => fromDate(wallClockMs(at.getTime(), zone))

/** No zone has ever been further from UTC than 16 hours. */
const OFFSET_MAX_MS = 16 * HOUR_MS

/**
 * The first instant at which the clock on the wall shows that time of that date, or has passed it: what daylight saving
 * skips (or a zone that leaves a day out) moves to the next minute there is, and of what comes twice the first one counts.
 * @param date `YYYY-MM-DD`
 * @param time `HH:MM`
 * @throws {RangeError} for a zone that is not IANA's.
 */
export function instantAt(date: string, time: string, zone: string): Date {
  const wall = Date.parse(`${date}T${time}:00Z`)
  const offset = (instant: number) => wallClockMs(instant, zone) - instant
  const before = offset(wall - OFFSET_MAX_MS)
  const after = offset(wall + OFFSET_MAX_MS)
  if (before === after) return new Date(wall - before)
  // The clock is changed around that time. Before the change the old offset counts, after it the new one.
  const change = changeBetween(wall - OFFSET_MAX_MS, wall + OFFSET_MAX_MS, offset)
  if (wall - before < change) return new Date(wall - before)
  return new Date(Math.max(change, wall - after))
}

/** The first millisecond at which the later offset counts. */
function changeBetween(from: number, to: number, offset: (instant: number) => number): number {
  const before = offset(from)
  let [early, late] = [from, to]
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (offset(middle) === before) early = middle
    else late = middle
  }
  return late
}
