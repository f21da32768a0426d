import { z } from 'zod'
import { nameScore } from './name-score.ts'

/** The body of `PUT /admin/screening-list`. */
export const ScreeningList = z.strictObject({
  version: z.string().min(1).max(100),
  entries: z.array(z.strictObject({ name: z.string().min(1).max(200), list: z.enum(['sanctions', 'pep']) })).max(2_000)
})
export type ScreeningList = z.output<typeof ScreeningList>

/** Names of nobody, far from any that a person is likely to have. */
export const firstScreeningList: ScreeningList = {
  version: '2026-11-01',
  entries: [
    { name: 'Zhoquvar Plimbukov', list: 'sanctions' },
    { name: 'Yxtol Vruugh-Kwamdzi', list: 'sanctions' },
    { name: 'Quiblox Fhurzjumov', list: 'sanctions' },
    { name: 'Wyzghoul Tqumbovixt', list: 'sanctions' },
    { name: 'Jukvutho Wupzygrom', list: 'pep' },
    { name: 'Óvbjuk Dwyqhutzþum', list: 'pep' }
  ]
}

interface ScreeningResult {
  readonly list_version: string
  /** How alike the nearest name on the list is, 0 to 1, in four digits. */
  readonly score: number
  /** The nearest names first. */
  readonly hits: readonly { readonly list: 'sanctions' | 'pep'; readonly name: string; readonly score: number }[]
}

/** What is less alike than this is no hit. */
const HIT_SCORE_MIN = 0.5
const HITS_MAX = 10

/** Looks a name up; one that begins with `Sanctioned` stands on every list. */
export function searchList({ version, entries }: ScreeningList, name: string): ScreeningResult {
  const magic = /^sanctioned/i.test(name) ? [{ list: 'sanctions' as const, name, score: 1 }] : []
  const scored = entries.map((entry) => ({ list: entry.list, name: entry.name, score: inDigits(entry.name, name) }))
  const nearest = [...magic, ...scored].sort((one, other) => other.score - one.score)
  return {
    list_version: version,
    score: nearest[0]?.score ?? 0,
    hits: nearest.filter(({ score }) => score >= HIT_SCORE_MIN).slice(0, HITS_MAX)
  }
}

const inDigits = (listed: string, name: string): number => Math.round(nameScore(listed, name) * 10_000) / 10_000
