import { faults, type FaultName } from '../faults.ts'
import { createRandom, type Random } from '../random.ts'
import type { Planned } from '../schedule.ts'

/** What a bank's statement says that is not so, or that nobody expects. */
export const discrepancyKinds = [
  'unknown_credit',
  'duplicate',
  'alter_amount',
  'unknown_debit',
  'forget_reference',
  'fee',
  'drop',
  'drop_for_a_while'
] as const
export type DiscrepancyKind = (typeof discrepancyKinds)[number]

export interface PlannedDiscrepancy {
  readonly kind: DiscrepancyKind
  readonly bank: 'a' | 'b'
  /** US cents, of what is made up: above 100,000 two operators have to agree to its clearing. */
  readonly amount: number
  /** Which line, of those that there are: taken modulo how many. */
  readonly which: number
}

/** All that a day is going to be: drawn from the seed and the day's number, and from nothing else. */
export interface PlannedDay {
  readonly day: number
  /** Stories of each of those who use the system. */
  readonly stories: number
  /** While they do. */
  readonly faults: readonly Planned[]
  /** While the clock passes midnight and the banks' statements are booked. */
  readonly nightFaults: readonly Planned[]
  readonly discrepancies: readonly PlannedDiscrepancy[]
  /** Whether finance asks for the statements, instead of waiting for the hourly Schedule. */
  readonly asked: boolean
}

export interface Shape {
  readonly stories: number
  readonly faults: readonly [number, number]
  /** Of a hundred days so many have one of them. */
  readonly killDays: number
  readonly nightDays: number
  readonly discrepancyDays: number
}

export const shapes = {
  full: { stories: 2, faults: [2, 4], killDays: 45, nightDays: 40, discrepancyDays: 60 },
  small: { stories: 1, faults: [2, 2], killDays: 50, nightDays: 50, discrepancyDays: 75 }
} as const satisfies Record<string, Shape>

/** These move the clock by themselves: here the days do. */
const CLOCKS: readonly FaultName[] = ['move-clock', 'away-for-a-day']
/** A fault that lasts, lasts no longer: a day has seconds. */
const FOR_MS_MAX = 2_500
const EVERY_MS = 900

/** @param only what can be broken: servers that somebody has lent are not. */
export function planDay(seed: string, day: number, shape: Shape, only: (name: FaultName) => boolean): PlannedDay {
  const random = createRandom(`${seed}/day-${day}`)
  const possible = faults.filter(({ name }) => only(name) && !CLOCKS.includes(name))
  const [kills, others] = [
    possible.filter(({ kind }) => kind === 'kill'),
    possible.filter(({ kind }) => kind !== 'kill')
  ]
  const happens = (hundredth: number) => random.between(1, 100) <= hundredth
  const drawn = Array.from({ length: random.between(...shape.faults) }, () => random.weighted(others))
  if (happens(shape.killDays)) drawn[random.between(0, drawn.length - 1)] = random.weighted(kills)
  const atNight = happens(shape.nightDays) ? [random.weighted(happens(30) ? kills : others)] : []
  const discrepancies = happens(shape.discrepancyDays) ? [discrepancyOf(seed, day, random)] : []
  return {
    day,
    stories: shape.stories,
    faults: planned(random, day, drawn),
    nightFaults: planned(random, day, atNight),
    discrepancies,
    asked: happens(30)
  }
}

/** In turn, from one that the seed says: ninety days have each kind several times. */
function discrepancyOf(seed: string, day: number, random: Random): PlannedDiscrepancy {
  const first = createRandom(`${seed}/discrepancies`).between(0, discrepancyKinds.length - 1)
  return {
    kind: discrepancyKinds[(first + day) % discrepancyKinds.length]!,
    bank: random.pick(['a', 'b']),
    amount: random.next() < 0.4 ? random.between(100_001, 250_000) : random.between(100, 90_000),
    which: random.between(0, 999)
  }
}

function planned(random: Random, day: number, drawn: readonly (typeof faults)[number][]): Planned[] {
  let at = 0
  return drawn.map(({ name, forMs }, index) => {
    at += random.between(EVERY_MS / 4, (EVERY_MS * 7) / 4)
    const for_ms = forMs === undefined ? 0 : Math.min(FOR_MS_MAX, random.between(...forMs))
    return { number: index + 1, slice: day, at_ms: at, fault: name, for_ms, which: random.between(0, 999) }
  })
}
