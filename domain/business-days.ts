import { isHoliday } from './holidays.ts'
import { createZoneFormats } from './zone-formats.ts'

const DAY_MS = 86_400_000

/**
 * The same time of day so many business days later, where the customer lives. Business days are Monday to Friday, without
 * the holidays of a country where one is named. A time of day that daylight saving skips moves on by what is skipped.
 * @throws {RangeError} for an instant that is none or a zone that is not IANA's.
 */
export function addBusinessDays(from: Date, days: number, zone: string, country?: string): Date {
  let wall = wallClockMs(from.getTime(), zone)
  for (let left = days; left > 0;) {
    wall += DAY_MS
    if (isBusinessDay(wall, country)) left -= 1
  }
  return instantOf(wall, zone)
}

/**
 * The latest instants up to `now` at which it was that time of a business day in that zone, the last one first.
 * @param time `HH:MM`
 */
export function lastBusinessTimes(
  now: Date,
  time: string,
  zone: string,
  count: number
): { readonly date: string; readonly at: Date }[] {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  const midnight = Math.floor(wallClockMs(now.getTime(), zone) / DAY_MS) * DAY_MS
  const times: { date: string; at: Date }[] = []
  for (let wall = midnight + (hours * 60 + minutes) * 60_000; times.length < count; wall -= DAY_MS) {
    const at = instantOf(wall, zone)
    if (isBusinessDay(wall) && at <= now) times.push({ date: new Date(wall).toISOString().slice(0, 10), at })
  }
  return times
}

/** When the clock on the wall shows that. */
export function instantOf(wall: number, zone: string): Date {
  const guess = wall - offsetMs(wall, zone)
  return new Date(wall - offsetMs(guess, zone))
}

/** @param wall milliseconds of a wall clock, counted as if it showed UTC */
function isBusinessDay(wall: number, country?: string): boolean {
  const weekday = new Date(wall).getUTCDay()
  if (weekday === 0 || weekday === 6) return false
  return country === undefined || !isHoliday(country, Math.floor(wall / DAY_MS) * DAY_MS)
}

const offsetMs = (instant: number, zone: string): number => wallClockMs(instant, zone) - instant

/** What the clock on the wall shows at that instant, counted as if it showed UTC. */
export function wallClockMs(instant: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(instant)
  const of = (type: string) => Number(parts.find((part) => part.type === type)!.value)
  const seconds = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return seconds + (((instant % 1_000) + 1_000) % 1_000)
}

const formatOf = createZoneFormats({
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23'
})
