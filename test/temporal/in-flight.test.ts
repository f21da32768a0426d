import { describe, expect, it } from '@jest/globals'
import { createInFlight, Overloaded } from '../../api/in-flight.ts'

/** Work that ends when the test says so. */
function job(started: number[], id: number) {
  let finish = (): void => undefined
  const done = new Promise<void>((resolve) => (finish = resolve))
  const work = async () => {
    started.push(id)
    await done
    return id
  }
  return { work, finish: () => finish() }
}

const soon = () => performance.now() + 10_000

describe('calls in flight', () => {
  it('run up to the limit at once, and the rest in the order of arrival', async () => {
    const inFlight = createInFlight({ limit: 2, queueMax: 10 })
    const started: number[] = []
    const jobs = [0, 1, 2, 3, 4].map((id) => job(started, id))
    const results = jobs.map(({ work }) => inFlight.run(work, soon()))
    await Promise.resolve()
    expect(started).toEqual([0, 1])
    jobs[1]!.finish()
    await results[1]
    expect(started).toEqual([0, 1, 2])
    for (const { finish } of jobs) finish()
    expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4])
    expect(started).toEqual([0, 1, 2, 3, 4])
  })

  it('are refused at once when the queue is full, and taken again when it is not', async () => {
    const inFlight = createInFlight({ limit: 1, queueMax: 512 })
    const started: number[] = []
    const jobs = Array.from({ length: 514 }, (_, id) => job(started, id))
    const results = jobs.slice(0, 513).map(({ work }) => inFlight.run(work, soon()))
    await expect(inFlight.run(jobs[513]!.work, soon())).rejects.toThrow(Overloaded)
    for (const { finish } of jobs) finish()
    await Promise.all(results)
    expect(await inFlight.run(jobs[513]!.work, soon())).toBe(513)
  })

  it('give up their place when their turn does not come in time, without holding up those behind', async () => {
    const inFlight = createInFlight({ limit: 1, queueMax: 10 })
    const started: number[] = []
    const jobs = [0, 1, 2].map((id) => job(started, id))
    const first = inFlight.run(jobs[0]!.work, soon())
    const impatient = inFlight.run(jobs[1]!.work, performance.now() + 1)
    const patient = inFlight.run(jobs[2]!.work, soon())
    await expect(impatient).rejects.toThrow(Overloaded)
    for (const { finish } of jobs) finish()
    expect(await Promise.all([first, patient])).toEqual([0, 2])
    expect(started).toEqual([0, 2])
  })

  it('free their place when they fail', async () => {
    const inFlight = createInFlight({ limit: 1, queueMax: 0 })
    const failing = () => Promise.reject(new Error('planned'))
    await expect(inFlight.run(failing, soon())).rejects.toThrow('planned')
    await expect(inFlight.run(failing, soon())).rejects.toThrow('planned')
  })
})
