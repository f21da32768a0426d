import { faults, type FaultName } from './faults.ts'
import { createRandom, type Random } from './random.ts'

/** One fault of a run: drawn before it begins, so that the same seed breaks the same things in the same order. */
export interface Planned {
  /** From 1 on, over all slices. */
  readonly number: number
  readonly slice: number
  /** Milliseconds after the slice's beginning; later, when the fault before it has not been mended yet. */
  readonly at_ms: number
  readonly fault: FaultName
  /** How long it lasts, where it lasts. */
  readonly for_ms: number
  /** Which one, of several: an index that is taken modulo how many there are. */
  readonly which: number
}

export interface Schedule {
  readonly seed: string
  readonly size: Size
  readonly faults: readonly Planned[]
}

export type Size = 'small' | 'full'

/** Of every hundred faults so many kill a process; the rest break connections, banks, clocks. */
const KILLS_PER_HUNDRED = 5

const shapes = {
  full: { perSlice: 200, everyMs: 600, killsPerHundred: KILLS_PER_HUNDRED },
  // A minute has to show each kind of kill.
  small: { perSlice: 15, everyMs: 500, killsPerHundred: 20 }
} as const

/** @param only what can be broken: servers that somebody has lent are not. */
export function planSchedule(seed: string, count: number, size: Size, only: (name: FaultName) => boolean): Schedule {
  const random = createRandom(`${seed}/schedule`)
  const { perSlice, everyMs, killsPerHundred } = shapes[size]
  const possible = faults.filter(({ name }) => only(name))
  const planned: Planned[] = []
  for (let slice = 1; planned.length < count; slice++) {
    const length = Math.min(perSlice, count - planned.length)
    const kinds = shuffled(random, kindsOf(random, possible, length, Math.ceil((length * killsPerHundred) / 100)))
    let at = 0
    for (const { name, forMs } of kinds) {
      at += random.between(everyMs / 4, (everyMs * 7) / 4)
      const for_ms = forMs === undefined ? 0 : random.between(...forMs)
      planned.push({ number: planned.length + 1, slice, at_ms: at, fault: name, for_ms, which: random.between(0, 999) })
    }
  }
  return { seed, size, faults: planned }
}

type Fault = (typeof faults)[number]

/** The kills in turn by weight, so that a small run has one of each; the others as they come. */
function kindsOf(random: Random, possible: readonly Fault[], length: number, kills: number): Fault[] {
  const killing = possible.filter(({ kind }) => kind === 'kill')
  const others = possible.filter(({ kind }) => kind !== 'kill')
  const common = killing.filter(({ weight }) => weight >= 1)
  return Array.from({ length }, (_, index) => {
    if (index >= kills) return random.weighted(others)
    return index < common.length ? common[index]! : random.weighted(killing)
  })
}

function shuffled<Item>(random: Random, items: Item[]): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.between(0, last)
    ;[items[last], items[other]] = [items[other]!, items[last]!]
  }
  return items
}
