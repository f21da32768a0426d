/** To look into some of them: `CRASH_ONLY=top-up.send`. */
const ONLY = process.env['CRASH_ONLY'] ?? ''
const DAY_MS = 86_400_000
const TURNS = process.env['CRASH_POINTS'] === 'all' || ONLY !== '' ? 1 : 4

/**
 * The crash points that this run of the tests passes: every fourth, by the day, since all of them take many minutes.
 * `CRASH_POINTS=all` passes all; those whose name begins with `always` are passed in every run.
 */
export function pointsOfTheDay(points: readonly string[], always?: string): string[] {
  const wanted = points.filter((point) => point.includes(ONLY))
  const isAlways = (point: string) => always !== undefined && point.startsWith(always)
  const others = wanted.filter((point) => !isAlways(point))
  // Of two, each has its day.
  const turns = Math.min(TURNS, others.length)
  const today = Math.floor(Date.now() / DAY_MS)
  return [...wanted.filter(isAlways), ...others.filter((_, index) => index % turns === today % turns)]
}
