/** The queue is full, or the wait for a turn has taken too long: nothing was done. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded'
}

/** With less time left no call is begun: it would only be abandoned, and nobody could say whether it had arrived. */
const LEFT_MS_MIN = 5

export interface InFlight {
  /**
   * Runs the work when its turn comes, first come, first served.
   * @throws {Overloaded} when `queueMax` wait already, or the turn does not come before `deadline` (`performance.now()` ms).
   */
  run<T>(work: () => Promise<T>, deadline: number): Promise<T>
}

/**
 * At most `limit` at once, at most `queueMax` waiting: beyond what the engine can do, more calls at once only make each
 * of them slower.
 */
export function createInFlight({ limit, queueMax }: { limit: number; queueMax: number }): InFlight {
  let running = 0
  // A Map keeps the order of arrival, and lets go of one in the middle at once.
  const waiting = new Map<symbol, () => void>()

  const turn = (deadline: number) =>
    new Promise<void>((resolve, reject) => {
      const ticket = Symbol('turn')
      const giveUp = setTimeout(
        () => {
          waiting.delete(ticket)
          reject(new Overloaded('the turn did not come in time'))
        },
        Math.max(0, deadline - performance.now())
      )
      waiting.set(ticket, () => {
        clearTimeout(giveUp)
        waiting.delete(ticket)
        resolve()
      })
    })

  return {
    async run(work, deadline) {
      if (running < limit) running++
      else if (waiting.size >= queueMax) throw new Overloaded('the queue is full')
      else await turn(deadline)
      try {
        // A turn that comes with the deadline, because the one before was given up then.
        if (deadline - performance.now() < LEFT_MS_MIN) throw new Overloaded('the turn came too late')
        return await work()
      } finally {
        // The slot goes straight to the next in line, so that no newcomer can take it.
        const next = waiting.values().next().value
        if (next) next()
        else running--
      }
    }
  }
}

export interface InFlightEach {
  /**
   * Runs the work when its turn among those of the same key comes.
   * @throws {Overloaded} as {@link InFlight.run} does.
   */
  run<T>(key: string, work: () => Promise<T>, deadline: number): Promise<T>
}

/** The same for each key alone; a key that nobody waits for any more is forgotten. */
export function createInFlightEach(limits: { limit: number; queueMax: number }): InFlightEach {
  const lanes = new Map<string, { readonly inFlight: InFlight; users: number }>()
  return {
    async run(key, work, deadline) {
      const lane = lanes.get(key) ?? { inFlight: createInFlight(limits), users: 0 }
      lanes.set(key, lane)
      lane.users++
      try {
        return await lane.inFlight.run(work, deadline)
      } finally {
        if (--lane.users === 0) lanes.delete(key)
      }
    }
  }
}
