import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Client, WorkflowHandle, WorkflowStartOptions } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import { dataConverter, type ConnectedClient } from '../../temporal/connection.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { ensureSearchAttributes } from '../../temporal/search-attributes.ts'
import {
  accessForTests,
  bundleFixtures,
  connectClient,
  moveClock,
  requestFor,
  startWorker,
  type RunningWorker
} from './support.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

let connected: ConnectedClient
let client: Client
let code: string
let worker: RunningWorker

beforeAll(async () => {
  code = (await bundleFixtures()).code
  connected = connectClient(accessForTests())
  client = connected.client
  worker = await startWorker(code)
  await ensureSearchAttributes(connected.connection, client.options.namespace)
})

afterAll(async () => {
  await worker.stop()
  await connected.close()
})

/** A run that waits for a deadline so far from now. */
function wait(inMs: number): Promise<WorkflowHandle> {
  const order = new Date(Date.now() + inMs).toISOString()
  return start('waiting', requestFor('waiting', { order }))
}

const start = (type: string, request = requestFor(type), options: Partial<WorkflowStartOptions> = {}) =>
  client.workflow.start(type, {
    ...options,
    workflowId: `${type}/${request.id}`,
    taskQueue: worker.taskQueue,
    args: [request]
  })

const timersOf = async (handle: WorkflowHandle) => {
  const events = (await handle.fetchHistory()).events ?? []
  return {
    started: events.filter((event) => event.timerStartedEventAttributes),
    ended: events.filter((event) => event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes)
  }
}

describe('untilBusinessTime', () => {
  it('is due at the deadline, not before', async () => {
    const handle = await wait(400)
    const deadline = Date.now() + 400
    expect(await handle.result()).toEqual(['due'])
    expect(Date.now()).toBeGreaterThanOrEqual(deadline - 100)
  })

  it('is due at once, without a timer, when the deadline has passed before the wait', async () => {
    const handle = await wait(-1)
    expect(await handle.result()).toEqual(['due'])
    expect((await timersOf(handle)).started).toHaveLength(0)
  })

  it.each([
    ['an hour', DAY_MS / 24],
    ['sixty days', 60 * DAY_MS]
  ])('is due at once after a nudge when the clock was moved by %s', async (_, byMs) => {
    const handle = await wait(byMs)
    await wokenTimes(handle, 0)
    moveClock(handle.workflowId, byMs)
    await handle.signal('nudge')
    expect(await handle.result()).toEqual(['due'])
  })

  it('returns nudged, and is due later, when the clock was not moved', async () => {
    const handle = await wait(DAY_MS)
    await wokenTimes(handle, 0)
    await handle.signal('nudge')
    await wokenTimes(handle, 1)
    moveClock(handle.workflowId, DAY_MS)
    await handle.signal('nudge')
    expect(await handle.result()).toEqual(['nudged', 'due'])
  })

  it('waits with one timer at a time and leaves none behind', async () => {
    const handle = await wait(DAY_MS)
    for (const times of [0, 1, 2, 3]) {
      await wokenTimes(handle, times)
      await handle.signal('nudge')
    }
    await wokenTimes(handle, 4)
    const { started, ended } = await timersOf(handle)
    expect(started.length - ended.length).toBeLessThanOrEqual(1)
    moveClock(handle.workflowId, DAY_MS)
    await handle.signal('nudge')
    await handle.result()
    const after = await timersOf(handle)
    expect(after.started).toHaveLength(after.ended.length)
  })

  it('makes its timer for what is left and says on it what is waited for', async () => {
    const handle = await wait(60 * DAY_MS)
    const { started } = await untilTimer(handle)
    const seconds = Number(started[0]!.timerStartedEventAttributes!.startToFireTimeout!.seconds)
    expect(seconds).toBeGreaterThan((59 * DAY_MS) / 1_000)
    const [summary] = await dataConverter(accessForTests()).payloadCodecs![0]!.decode([
      started[0]!.userMetadata!.summary!
    ])
    expect(defaultPayloadConverter.fromPayload(summary!)).toBe('until the deadline')
    moveClock(handle.workflowId, 60 * DAY_MS)
    await handle.signal('nudge')
    await handle.result()
  })

  it('ends as soon as what it also waits for is there', async () => {
    const handle = await wait(DAY_MS)
    await wokenTimes(handle, 0)
    await handle.signal('arrive')
    expect(await handle.result()).toEqual(['met'])
  })

  it('counts a nudge that came before the wait began', async () => {
    const order = new Date(Date.now() + DAY_MS).toISOString()
    const taskQueue = randomUUID()
    const handle = await client.workflow.signalWithStart('waiting', {
      workflowId: `waiting/${randomUUID()}`,
      taskQueue,
      args: [requestFor('waiting', { order })],
      signal: 'nudge'
    })
    const late = await startWorker(code, taskQueue)
    expect(await wokenTimes(handle, 1)).toEqual(['nudged'])
    await handle.signal('arrive')
    await handle.result()
    await late.stop()
  })

  it('ends with the run when the run is cancelled', async () => {
    const handle = await wait(DAY_MS)
    await wokenTimes(handle, 0)
    await handle.cancel()
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } })
  })
})

describe('present', () => {
  it('writes search attributes once for each change, all of one change together', async () => {
    const typedSearchAttributes = [{ key: searchAttributes.customerRef, value: 'cus_1' }]
    const handle = await start('presented', requestFor('presented'), { typedSearchAttributes })
    await handle.result()
    const events = (await handle.fetchHistory()).events ?? []
    const upserts = events.flatMap((event) => {
      const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields
      return fields ? [Object.keys(fields).sort()] : []
    })
    expect(upserts).toEqual([['ProcessState', 'Rail'], ['DeadlineAt'], ['DeadlineAt', 'ProcessState']])
    const last = (await handle.describe()).typedSearchAttributes
    expect(last.get(searchAttributes.processState)).toBe('succeeded')
    expect(last.get(searchAttributes.deadlineAt)).toBeUndefined()
  })

  it('shows the state and the details to whoever looks at the run', async () => {
    const handle = await start('presented')
    await handle.result()
    const metadata = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')
    expect(metadata.currentDetails).toBe('**succeeded**\n\nan order')
  })
})

/** Asks until the run was woken so often and waits again. */
async function wokenTimes(handle: WorkflowHandle, times: number): Promise<string[]> {
  for (;;) {
    const woken = await handle.query<string[]>('wokenBy')
    const { started, ended } = await timersOf(handle)
    if (woken.length >= times && started.length > ended.length) return woken
  }
}

async function untilTimer(handle: WorkflowHandle) {
  await wokenTimes(handle, 0)
  return timersOf(handle)
}
