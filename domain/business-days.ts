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
  const guess = wall - offsetMs(wall, zone)
  return new Date(wall - offsetMs(guess, zone))
}

/** @param wall milliseconds of a wall clock, counted as if it showed UTC */
function isBusinessDay(wall: number, country: string | undefined): boolean {
  const weekday = new Date(wall).getUTCDay()
  if (weekday === 0 || weekday === 6) return false
  return country === undefined || !isHoliday(country, Math.floor(wall / DAY_MS) * DAY_MS)
}

const offsetMs = (instant: number, zone: string): number => wallClockMs(instant, zone) - instant

/** What the clock on the wall shows at that instant, counted as if it showed UTC. */
function wallClockMs(instant: number, zone: string): number {
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
