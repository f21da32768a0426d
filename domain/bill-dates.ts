import { instantOf, wallClockMs } from './business-days.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * When it is that hour of a date (`YYYY-MM-DD`) where the customer lives; one that daylight saving skips moves on.
 * @throws {RangeError} for a zone that is not IANA's
 */
export const hourOf = (date: string, hour: number, zone: string): Date =>
  instantOf(Date.parse(`${date}T00:00:00Z`) + hour * HOUR_MS, zone)

/** The customer's date at that instant. */
export const localDate = (instant: Date, zone: string): string =>
  new Date(wallClockMs(instant.getTime(), zone)).toISOString().slice(0, 10)

/** The beginning of the customer's day: up to 23:59 of the day before they may change their mind. */
export const dayBegins = (instant: Date, zone: string): Date => hourOf(localDate(instant, zone), 0, zone)

/** When the money is looked for again, so many days after the debit date. */
export const attemptAt = (debitAt: Date, days: number, hour: number, zone: string): Date =>
  hourOf(
    new Date(Date.parse(`${localDate(debitAt, zone)}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10),
    hour,
    zone
  )
