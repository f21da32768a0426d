import { faults, type FaultName } from './faults.ts'

/** How long things stood still after each kind of fault. */
export interface Recoveries {
  /** It strikes now. */
  strike(fault: FaultName): void
  /** The process that was killed answers again, so long after. */
  back(fault: FaultName, ms: number): void
  /** A request that was sent then has its definite answer now. */
  answered(sentAt: number): void
  /** One line for each kind that struck, the longest against its limit. */
  lines(): string[]
  worst(): Readonly<Record<string, number>>
}

/**
 * From the moment a fault strikes to the first definite answer to a request that was sent after it: what a customer sees.
 * Reported, not judged: a busy machine is slow without being wrong.
 */
export function createRecoveries(now: () => number = () => performance.now()): Recoveries {
  const taken = new Map<FaultName, number[]>()
  const restarts = new Map<FaultName, number>()
  let open: { readonly fault: FaultName; readonly at: number }[] = []
  const worst = () =>
    Object.fromEntries([...taken].map(([fault, all]) => [fault, Math.round(Math.max(...all))])) as Record<
      string,
      number
    >
  return {
    strike: (fault) => void open.push({ fault, at: now() }),
    answered: (sentAt) => {
      const over = open.filter(({ at }) => sentAt >= at)
      open = open.filter(({ at }) => sentAt < at)
      for (const { fault, at } of over) taken.set(fault, [...(taken.get(fault) ?? []), now() - at])
    },
    back: (fault, ms) => void restarts.set(fault, Math.max(ms, restarts.get(fault) ?? 0)),
    worst,
    lines: () => {
      const limits = new Map(faults.map(({ name, limitMs }) => [name, limitMs]))
      return [...taken]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([fault, all]) => {
          const longest = Math.max(...all)
          const limit = limits.get(fault)!
          const restart = restarts.get(fault)
          const back = restart === undefined ? '' : `   itself back in ${(restart / 1_000).toFixed(1)} s`
          const late = Math.max(longest, restart ?? 0) > limit ? '   above its limit' : ''
          return `${fault.padEnd(26)}${String(all.length).padStart(6)} ×${(longest / 1_000).toFixed(1).padStart(8)} s of ${limit / 1_000} s${back}${late}`
        })
    }
  }
}
