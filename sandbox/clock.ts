import type { Callbacks } from './callbacks.ts'
import type { World } from './world.ts'

/** Whoever has said that an answer comes later: a bank, the identity bureau. */
interface Debtor {
  /** Settles what is due by the sandbox's own clock. */
  settleDue(): void
  /** When the next is due, in milliseconds of the sandbox's own clock; Infinity when nothing is. */
  nextDue(): number
}

export interface Clock {
  /** Settles what is due now and wakes again for what is due next. */
  start(): void
  /** Something new falls due at this time of the sandbox's own clock. */
  expect(dueAt: number): void
  /** Moves the clock; false when the API did not take the news. Calls wait for each other: the last total wins. */
  advance(byMs: number): Promise<boolean>
  stop(): void
}

/** Node's timers hold 31 bits; what is due later is looked at again then. */
const TIMER_MS_MAX = 2_147_483_647

/** The sandbox's own clock: the machine's plus an offset that only ever grows. Real pauses and moved time both settle. */
export function createClock(world: World, debtors: () => readonly Debtor[], callbacks: Callbacks): Clock {
  let timer: NodeJS.Timeout | undefined
  let wakesAt = Infinity
  let lastAdvance: Promise<unknown> = Promise.resolve()

  const wakeAt = (dueAt: number) => {
    clearTimeout(timer)
    wakesAt = dueAt
    if (dueAt === Infinity) return
    timer = setTimeout(tick, Math.min(Math.max(dueAt - world.now(), 0), TIMER_MS_MAX))
  }
  const tick = () => {
    for (const debtor of debtors()) debtor.settleDue()
    wakeAt(Math.min(...debtors().map((debtor) => debtor.nextDue())))
  }
  const move = async (byMs: number): Promise<boolean> => {
    world.record({ type: 'clock', offset_ms: world.offsetMs + byMs })
    tick()
    await world.durable()
    return callbacks.announceClock()
  }
  return {
    start: tick,
    expect(dueAt) {
      if (dueAt < wakesAt) wakeAt(dueAt)
    },
    advance(byMs) {
      const moved = lastAdvance.then(() => move(byMs))
      lastAdvance = moved.catch(() => undefined)
      return moved
    },
    stop: () => clearTimeout(timer)
  }
}
