import { ApplicationFailure } from '@temporalio/common'
import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep
} from '@temporalio/workflow'
import { launchOptions, recordOptions } from '../../workflows/activity-options.ts'
import { answerFirst } from '../../workflows/first-outcome.ts'
import type { Start } from '../../workflows/messages.ts'
import { present } from '../../workflows/presentation.ts'
import { receiveNudges, untilBusinessTime } from '../../workflows/wait.ts'

/** Small workflows in the shape of the product's, for the tests of what all of them stand on. */

export interface FixtureActivities {
  record(order: string, afterMs?: number): Promise<string>
  readBusinessClock(): Promise<string>
}

const { record, readBusinessClock } = proxyLocalActivities<FixtureActivities>(recordOptions)
const { record: recordElsewhere } = proxyActivities<FixtureActivities>(launchOptions)

export async function recorded(start: Start<string>): Promise<string> {
  const caller = answerFirst<string>(start)
  const result = await record(start.order)
  caller.give(result)
  await caller.delivered()
  return result
}

export const closeNow = defineSignal('closeNow')

export async function silent(start: Start<string>): Promise<void> {
  answerFirst<string>(start)
  let closing = false
  setHandler(closeNow, () => void (closing = true))
  await condition(() => closing)
}

export async function failing(start: Start<string>): Promise<void> {
  throw ApplicationFailure.create({ type: 'Planned', message: start.order, details: [start.order], nonRetryable: true })
}

export const arrive = defineSignal('arrive')
export const wokenBy = defineQuery<string[]>('wokenBy')

/** Waits for the deadline in `order`; returns everything that woke it. */
export async function waiting(start: Start<string>): Promise<string[]> {
  const nudges = receiveNudges()
  let arrived = false
  setHandler(arrive, () => void (arrived = true))
  const woken: string[] = []
  setHandler(wokenBy, () => woken)
  while (!woken.some((reason) => reason !== 'nudged')) {
    woken.push(
      await untilBusinessTime(start.order, {
        nudges,
        businessNow: readBusinessClock,
        summary: 'until the deadline',
        or: () => arrived
      })
    )
  }
  return woken
}

/** Looks, and again while it is nudged: the shape of a run that asks what the news are. */
export async function looking({ order }: Start<string>): Promise<void> {
  const nudges = receiveNudges()
  do {
    nudges.taken = nudges.received
    await record(order)
  } while (nudges.received > nudges.taken)
}

export const decide = defineUpdate<string, [string]>('decide')

/** Takes decisions until one is `close`. */
export async function decided(): Promise<void> {
  let closing = false
  setHandler(decide, async (decision) => {
    if (decision === 'never') await condition(() => false)
    if (decision === 'refuse') throw ApplicationFailure.nonRetryable('refused', 'state_conflict', { state: 'open' })
    closing = decision === 'close'
    return `${decision} taken`
  })
  await condition(() => closing)
}

export async function presented(start: Start<string>): Promise<void> {
  const still = { state: 'processing', details: [start.order], customerRef: 'cus_1', rail: 'balance' }
  present(still)
  await sleep(1)
  present({ ...still, details: ['other details'] })
  await sleep(1)
  present({ ...still, deadlineAt: '2030-01-01T00:00:00.000Z' })
  await sleep(1)
  present({ ...still, state: 'succeeded' })
}

export async function scheduled(word: string): Promise<string> {
  return word
}

export const step = defineUpdate<void, [string, number]>('step')

/**
 * Takes updates one after the other, and beside them looks again and again while there are any: the shape of a run that takes
 * decisions, with a local activity on both sides.
 */
export async function overlapping(updates: number): Promise<void> {
  let taken = 0
  let seen = 0
  let last: Promise<unknown> = Promise.resolve()
  setHandler(step, async (name, ms) => {
    const mine = last.then(() => record(name, ms))
    last = mine
    await mine
    taken += 1
  })
  while (seen < updates) {
    await condition(() => taken > seen)
    seen = taken
    await record(`seen ${seen}`, 5)
    await recordElsewhere(`look ${seen}`, 20)
    await record(`done ${seen}`, 5)
  }
}

/** Its task fails each time, as after a change without `patched()`. */
export async function stuck(): Promise<never> {
  throw new TypeError('planted')
}
