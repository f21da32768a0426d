import { describe, expect, it } from '@jest/globals'
import { createInFlight, createInFlightEach, Overloaded } from '../../api/in-flight.ts'

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

describe('calls in flight for each key', () => {
  it('wait for those of their own key alone', async () => {
    const inFlight = createInFlightEach({ limit: 2, queueMax: 10 })
    const started: number[] = []
    const jobs = Array.from({ length: 6 }, (_, id) => job(started, id))
    const results = jobs.map(({ work }, id) => inFlight.run(id < 4 ? 'one' : 'other', work, soon()))
    await Promise.resolve()
    expect(started).toEqual([0, 1, 4, 5])
    for (const { finish } of jobs) finish()
    expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4, 5])
    expect(started).toEqual([0, 1, 4, 5, 2, 3])
  })

  it('are counted anew when nobody has waited for a while, also after a failure', async () => {
    const inFlight = createInFlightEach({ limit: 1, queueMax: 0 })
    const failing = () => Promise.reject(new Error('planned'))
    for (const _ of [1, 2, 3]) await expect(inFlight.run('key', failing, soon())).rejects.toThrow('planned')
    expect(await inFlight.run('key', async () => 'done', soon())).toBe('done')
  })

  it('are not begun when their turn comes with the deadline', async () => {
    const inFlight = createInFlightEach({ limit: 1, queueMax: 10 })
    const started: number[] = []
    const [first, second] = [job(started, 0), job(started, 1)]
    const deadline = performance.now() + 50
    const running = inFlight.run('key', first.work, deadline)
    const late = inFlight.run('key', second.work, deadline)
    while (performance.now() < deadline - 1) continue
    first.finish()
    await expect(late).rejects.toThrow(Overloaded)
    expect(await running).toBe(0)
    expect(started).toEqual([0])
  })
})
