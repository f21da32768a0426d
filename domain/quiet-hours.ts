import { instantOf, wallClockMs } from './business-days.ts'

/** When somebody wants to be left alone, by the clock on their wall: `HH:MM`, over midnight where `from` is later than `to`. */
export interface QuietHours {
  readonly from: string
  readonly to: string
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

export const isTimeOfDay = (text: string): boolean => /^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(text)

/**
 * When the quiet that it is now is over; undefined while it is not quiet. By the wall's clock: a night on which the clocks are
 * set has an hour more or less.
 * @throws {RangeError} for a zone that is not IANA's.
 */
export function quietUntil(now: Date, { from, to }: QuietHours, zone: string): Date | undefined {
  const wall = wallClockMs(now.getTime(), zone)
  const midnight = Math.floor(wall / DAY_MS) * DAY_MS
  const [begins, ends, at] = [msOf(from), msOf(to), wall - midnight]
  const isQuiet = begins < ends ? at >= begins && at < ends : at >= begins || at < ends
  if (!isQuiet) return undefined
  const wallEnd = midnight + ends + (at < ends ? 0 : DAY_MS)
  const end = instantOf(wallEnd, zone)
  // An hour that comes twice: its first end is past, the second one is as far away as the wall says.
  return end > now ? end : new Date(now.getTime() + wallEnd - wall)
}

const msOf = (time: string): number => (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE_MS
