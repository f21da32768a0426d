/** The queue is full, or the wait for a turn has taken too long: nothing was done. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded'
}

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
