import { randomUUID } from 'node:crypto'
import type { Client } from '@temporalio/client'
import { defineSearchAttributeKey } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Processes } from '../../api/temporal.ts'
import { ensureSearchAttributes } from '../../temporal/search-attributes.ts'
import type { ConnectedClient } from '../../temporal/connection.ts'
import { createRuns } from '../../temporal/runs.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { workflowIdOf } from '../../workflows/messages.ts'
import { expectSoon } from '../support/top-ups.ts'
import {
  accessForTests,
  bundleFixtures,
  connectClient,
  processesFor,
  recordings,
  requestFor,
  startWorker,
  type RunningWorker
} from './support.ts'

let code: string
let connected: ConnectedClient
let client: Client
let worker: RunningWorker
let processes: Processes

beforeAll(async () => {
  code = (await bundleFixtures()).code
  connected = connectClient(accessForTests())
  client = connected.client
  await ensureSearchAttributes(connected.connection, client.options.namespace)
  worker = await startWorker(code)
  processes = processesFor(client, worker.taskQueue)
})

afterAll(async () => {
  await worker.stop()
  await connected.close()
})

const answered = {
  kind: 'answered',
  fingerprint: 'fingerprint-1',
  requestId: 'request-1',
  outcome: 'recorded an order'
}

describe('startOnce', () => {
  it('answers the first outcome with the fingerprint and the request id of the start', async () => {
    expect(await processes.startOnce(requestFor('recorded'))).toEqual(answered)
  })

  it('gives sixteen callers with one key at once the same answer from one run', async () => {
    const request = requestFor('recorded')
    const answers = await Promise.all(Array.from({ length: 16 }, () => processes.startOnce(request)))
    expect(answers).toEqual(Array.from({ length: 16 }, () => answered))
  })

  it('answers a replay after the run has closed with the stored outcome', async () => {
    const request = requestFor('recorded')
    await processes.startOnce(request)
    await client.workflow.getHandle(workflowIdOf(request.type, request.id)).result()
    expect(await processes.startOnce({ ...request, requestId: 'request-2' })).toEqual(answered)
  })

  it('answers another order under the same key with the first fingerprint, so that the caller sees the difference', async () => {
    const request = requestFor('recorded')
    await processes.startOnce(request)
    const other = await processes.startOnce({ ...request, order: 'another order', fingerprint: 'fingerprint-2' })
    expect(other).toEqual(answered)
  })

  it('sends a closed run asked under another key to Postgres', async () => {
    const request = requestFor('recorded')
    await processes.startOnce(request)
    await client.workflow.getHandle(workflowIdOf(request.type, request.id)).result()
    expect(await processes.startOnce({ ...request, updateId: randomUUID() })).toEqual({ kind: 'closed' })
  })

  it('sends the caller of a run that closed before it answered to Postgres', async () => {
    const request = requestFor('silent')
    const asking = processes.startOnce(request)
    const handle = client.workflow.getHandle(workflowIdOf(request.type, request.id))
    await untilFound(() => handle.signal('closeNow'))
    expect(await asking).toEqual({ kind: 'closed' })
  })

  it('shows the summary and the search attributes of the start', async () => {
    const request = requestFor('recorded', {
      summary: 'USD 10.50 to a merchant',
      searchAttributes: [{ key: searchAttributes.customerRef, value: 'cus_1' }]
    })
    await processes.startOnce(request)
    const run = await client.workflow.getHandle(workflowIdOf(request.type, request.id)).describe()
    expect(await run.staticSummary()).toBe('USD 10.50 to a merchant')
    expect(run.typedSearchAttributes.get(searchAttributes.customerRef)).toBe('cus_1')
  })
})

describe('findOnce', () => {
  it('gives what the run that is there has answered or will, and starts none where there is none', async () => {
    const request = requestFor('recorded')
    expect(await processes.findOnce(request)).toEqual({ kind: 'closed' })
    await expect(client.workflow.getHandle(workflowIdOf(request.type, request.id)).describe()).rejects.toThrow()
    expect(await processes.startOnce(request)).toEqual(answered)
    expect(await processes.findOnce(request)).toEqual(answered)
  })

  it('is pending while nobody works on the run that is there', async () => {
    const [taskQueue, request] = [randomUUID(), requestFor('recorded')]
    const unattended = processesFor(client, taskQueue, { answerDeadlineMs: 700 })
    expect(await unattended.startOnce(request)).toEqual({ kind: 'pending' })
    expect(await unattended.findOnce(request)).toEqual({ kind: 'pending' })
    await client.workflow.getHandle(workflowIdOf(request.type, request.id)).terminate('the test is over')
  })
})

describe('startOnce without an answer', () => {
  it('is pending within the deadline when no worker runs, and answered by a retry when one does', async () => {
    const taskQueue = randomUUID()
    const request = requestFor('recorded')
    const before = performance.now()
    expect(await processesFor(client, taskQueue, { answerDeadlineMs: 700 }).startOnce(request)).toEqual({
      kind: 'pending'
    })
    // The deadline and one look; without the race it came back after seconds.
    expect(performance.now() - before).toBeLessThan(5_000)
    const late = await startWorker(code, taskQueue)
    expect(await processesFor(client, taskQueue).startOnce(request)).toEqual(answered)
    await late.stop()
  })

  it('is overloaded beyond the calls in flight and the queue, and the others are not disturbed', async () => {
    const narrow = processesFor(client, worker.taskQueue, { limit: 1, queueMax: 2 })
    const answers = await Promise.all(Array.from({ length: 5 }, () => narrow.startOnce(requestFor('recorded'))))
    expect(answers.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'answered', 'overloaded', 'overloaded'])
  })

  it('is overloaded, not pending, when Temporal is away: nothing may have been started', async () => {
    const nowhere = connectClient(accessForTests({ TEMPORAL_ADDRESS: '127.0.0.1:1' }))
    const answer = await processesFor(nowhere.client, 'any', { answerDeadlineMs: 300 }).startOnce(
      requestFor('recorded')
    )
    expect(answer).toEqual({ kind: 'overloaded', reason: 'unreachable' })
    await nowhere.close()
  })

  it('is overloaded while the namespace is missing, as after the loss of the database of Temporal', async () => {
    const lost = connectClient(accessForTests({ TEMPORAL_NAMESPACE: 'no-such-namespace' }))
    const answer = await processesFor(lost.client, 'any', { answerDeadlineMs: 2_000 }).startOnce(requestFor('recorded'))
    expect(answer).toEqual({ kind: 'overloaded', reason: 'unreachable' })
    await lost.close()
  })
})

describe('startOnce on a Temporal that is not prepared', () => {
  it('is overloaded while a search attribute is not registered, so that the caller comes back', async () => {
    const key = defineSearchAttributeKey('NotRegisteredYet', 'KEYWORD')
    const answer = await processes.startOnce(requestFor('recorded', { searchAttributes: [{ key, value: 'any' }] }))
    expect(answer).toEqual({ kind: 'overloaded', reason: 'unreachable' })
  })
})

describe('launchOrNudge', () => {
  it('has somebody look after each news, however close the run of the news before is to its end', async () => {
    const { type, id, order, ...request } = requestFor('looking', { order: randomUUID() })
    for (let news = 0; news < 60; news++) {
      const before = recordings.get(order) ?? 0
      const launch = { ...request, type, id, order: { ...request, id, order } }
      expect(await processes.launchOrNudge(launch)).toBe('started')
      await expectSoon(async () => (recordings.get(order) ?? 0) > before, true)
    }
  })
})

describe('update', () => {
  const decide = (workflowId: string, decision: string, updateId = randomUUID()) =>
    processes.update({ workflowId, name: 'decide', updateId, args: [decision] })

  const startDecided = async () => {
    const workflowId = `decided/${randomUUID()}`
    await client.workflow.start('decided', { workflowId, taskQueue: worker.taskQueue })
    return workflowId
  }

  it('answers with the result, and a repetition under the same id with the same one', async () => {
    const workflowId = await startDecided()
    const updateId = randomUUID()
    expect(await decide(workflowId, 'first', updateId)).toEqual({ kind: 'answered', result: 'first taken' })
    expect(await decide(workflowId, 'second', updateId)).toEqual({ kind: 'answered', result: 'first taken' })
    await decide(workflowId, 'close')
  })

  it('tells a refusal of the workflow by its type and detail', async () => {
    const workflowId = await startDecided()
    expect(await decide(workflowId, 'refuse')).toEqual({
      kind: 'refused',
      type: 'state_conflict',
      detail: { state: 'open' }
    })
    await decide(workflowId, 'close')
  })

  it('is answered by Postgres when the run has closed, closed meanwhile, or was never there', async () => {
    const workflowId = await startDecided()
    const meanwhile = decide(workflowId, 'never')
    expect(await decide(workflowId, 'close')).toEqual({ kind: 'answered', result: 'close taken' })
    expect(await meanwhile).toEqual({ kind: 'closed' })
    expect(await decide(workflowId, 'late')).toEqual({ kind: 'closed' })
    expect(await decide('decided/never-there', 'any')).toEqual({ kind: 'closed' })
  })
})

describe('Twelve updates of one run that nobody answers', () => {
  it('leave room for others: beyond ten at once Temporal refuses them, and takes the run its task away', async () => {
    const workflowId = `decided/${randomUUID()}`
    const handle = await client.workflow.start('decided', { workflowId, taskQueue: worker.taskQueue })
    const impatient = processesFor(client, worker.taskQueue, { answerDeadlineMs: 700 })
    const ask = () => impatient.update({ workflowId, name: 'decide', updateId: randomUUID(), args: ['never'] })
    const kinds = (await Promise.all(Array.from({ length: 12 }, ask))).map(({ kind }) => kind)
    expect(kinds).toEqual([...Array(2).fill('pending'), ...Array(10).fill('overloaded')])
    const { events = [] } = await handle.fetchHistory()
    expect(events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toHaveLength(2)
    await handle.executeUpdate('decide', { args: ['close'] })
  })
})

describe('nudge', () => {
  it('reaches a running workflow and is harmless where there is none', async () => {
    const request = requestFor('waiting', { order: '2000-01-01T00:00:00.000Z' })
    const workflowId = workflowIdOf('waiting', request.id)
    await client.workflow.start('waiting', { workflowId, taskQueue: 'nobody-polls', args: [request] })
    expect(await processes.nudge(workflowId)).toBe('sent')
    expect(await processes.nudge('waiting/never-there')).toBe('closed')
    await client.workflow.getHandle(workflowId).terminate()
  })

  it('reaches many, more than are let in at once', async () => {
    const ids = Array.from({ length: 5 }, () => `waiting/${randomUUID()}`)
    const start = (workflowId: string) =>
      client.workflow.start('waiting', { workflowId, taskQueue: 'nobody-polls', args: [requestFor('waiting')] })
    await Promise.all(ids.map(start))
    await processesFor(client, 'any', { limit: 2, queueMax: 0 }).nudgeAll(ids)
    for (const id of ids) {
      const { events } = await client.workflow.getHandle(id).fetchHistory()
      expect(events?.filter((event) => event.workflowExecutionSignaledEventAttributes)).toHaveLength(1)
      await client.workflow.getHandle(id).terminate()
    }
  })
})

describe('The list of what runs', () => {
  it('names the runs of one task queue that are open, and no others', async () => {
    const queues = [randomUUID(), randomUUID()] as const
    const started: string[] = []
    for (const taskQueue of [queues[0], queues[0], queues[0], queues[1]]) {
      const workflowId = `waiting/${randomUUID()}`
      await client.workflow.start('waiting', { workflowId, taskQueue, args: [requestFor('waiting')] })
      started.push(workflowId)
    }
    await client.workflow.getHandle(started[0]!).terminate()
    const runs = createRuns(client, queues[0])
    let pages = 0
    const listed = async () => [...(await runs.listRunning(() => void (pages += 1)))].sort()
    // Visibility is a moment late.
    await expectSoon(async () => (await listed()).join(), started.slice(1, 3).sort().join())
    expect(pages).toBeGreaterThan(0)
    for (const id of started.slice(1)) await client.workflow.getHandle(id).terminate()
  })
})

/** The run appears while the caller who started it still waits. */
async function untilFound(attempt: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if ((error as Error).name !== 'WorkflowNotFoundError') throw error
    }
  }
}
