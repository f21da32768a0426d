import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client, type ScheduleHandle, type WorkflowHandle } from '@temporalio/client'
import proto from '@temporalio/proto'
import { Worker } from '@temporalio/worker'
import { runningWorkflows } from '../../cli/verify/running-workflows.ts'
import { loadVerifyConfig } from '../../config.ts'
import { waitUntil } from '../../local/wait-until.ts'
import { dataConverter, type ConnectedClient } from '../../temporal/connection.ts'
import { ensureSchedule } from '../../temporal/schedules.ts'
import {
  accessForTests,
  bundleFixtures,
  connectClient,
  processesFor,
  requestFor,
  startWorker,
  type RunningWorker
} from './support.ts'

const CANARY = 'canary-8f2b'

let code: string
let connected: ConnectedClient
let client: Client
let worker: RunningWorker

beforeAll(async () => {
  code = (await bundleFixtures()).code
  connected = connectClient(accessForTests())
  client = connected.client
  worker = await startWorker(code)
})

afterAll(async () => {
  await worker.stop()
  await connected.close()
})

const start = (by: Client, type: string, order: string) =>
  by.workflow.start(type, {
    workflowId: `${type}/${randomUUID()}`,
    taskQueue: worker.taskQueue,
    args: [requestFor(type, { order })],
    memo: { note: CANARY },
    staticSummary: CANARY,
    staticDetails: CANARY
  })

/** The history exactly as Temporal stores and sends it: every string and byte of it. */
async function storedBytes(handle: WorkflowHandle): Promise<Buffer> {
  const history = await handle.fetchHistory()
  return Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish())
}

describe('what Temporal stores', () => {
  it('shows nothing of an order, a local result, a summary or a memo', async () => {
    const handle = await start(client, 'recorded', CANARY)
    expect(await handle.result()).toBe(`recorded ${CANARY}`)
    const bytes = await storedBytes(handle)
    expect(bytes.includes('recorded')).toBe(true)
    expect(bytes.includes(CANARY)).toBe(false)
    expect(bytes.includes(Buffer.from(CANARY).toString('base64').slice(0, 12))).toBe(false)
  })

  it('is no matter to who lists what runs, and what is stuck, without any key, as `verify` does', async () => {
    // Nobody listens there: it runs until it is ended.
    const waiting = { workflowId: `recorded/${randomUUID()}`, taskQueue: randomUUID(), memo: { note: CANARY } }
    const failing = { workflowId: `stuck/${randomUUID()}`, taskQueue: worker.taskQueue }
    const args = [requestFor('recorded', { order: CANARY })]
    const handles = [
      await client.workflow.start('recorded', { ...waiting, args }),
      await client.workflow.start('stuck', failing)
    ]
    const { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = accessForTests()
    const keyless = runningWorkflows(TEMPORAL_ADDRESS, loadVerifyConfig({ TEMPORAL_NAMESPACE }))
    const listed = (list: () => Promise<ReadonlySet<string>>, workflowId: string) =>
      waitUntil(async () => (await list()).has(workflowId), {
        limitMs: 30_000,
        otherwise: `${workflowId} was not listed`
      })
    try {
      await listed(keyless.listWorkflows, waiting.workflowId)
      await listed(keyless.listWorkflows, failing.workflowId)
      await listed(keyless.listFailing, failing.workflowId)
      expect((await keyless.listFailing()).has(waiting.workflowId)).toBe(false)
    } finally {
      await Promise.all(handles.map((handle) => handle.terminate()))
      await keyless.close()
    }
  })

  it('shows nothing of an answer that went through an update', async () => {
    const request = requestFor('recorded', { order: CANARY, summary: CANARY })
    const answer = await processesFor(client, worker.taskQueue).startOnce(request)
    expect(answer).toMatchObject({ kind: 'answered', outcome: `recorded ${CANARY}` })
    expect((await storedBytes(client.workflow.getHandle(`recorded/${request.id}`))).includes(CANARY)).toBe(false)
  })

  it('shows the type of a failure and nothing of its message, stack and details', async () => {
    const handle = await start(client, 'failing', CANARY)
    await expect(handle.result()).rejects.toMatchObject({
      cause: { type: 'Planned', message: CANARY, details: [CANARY] }
    })
    const bytes = await storedBytes(handle)
    expect(bytes.includes('Planned')).toBe(true)
    expect(bytes.includes(CANARY)).toBe(false)
    expect(bytes.includes('workflows.ts')).toBe(false)
  })

  it('can be replayed by whoever has the key', async () => {
    const handle = await start(client, 'recorded', CANARY)
    await handle.result()
    const history = await handle.fetchHistory()
    const options = { workflowBundle: { code }, dataConverter: dataConverter(accessForTests()) }
    await Worker.runReplayHistory(options, history, handle.workflowId)
    const stranger = dataConverter(accessForTests({ COFFER_MASTER_KEY: Buffer.alloc(32, 9) }))
    await expect(
      Worker.runReplayHistory({ ...options, dataConverter: stranger }, history, handle.workflowId)
    ).rejects.toThrow()
  })
})

describe('a Schedule', () => {
  it('starts runs that can read the arguments, encrypted under the id without the time', async () => {
    const scheduleId = `scheduled-${randomUUID()}`
    const { taskQueue } = worker
    const policies = { overlap: 'SKIP', catchupWindowMs: 60_000 } as const
    const args = [CANARY]
    await ensureSchedule(client, {
      scheduleId,
      everyMs: 3_600_000,
      workflowType: 'scheduled',
      taskQueue,
      args,
      ...policies,
      note: ''
    })
    const schedule = client.schedule.getHandle(scheduleId)
    await schedule.trigger()
    const workflowId = await firstRunOf(schedule)
    expect(workflowId).toMatch(new RegExp(`^${scheduleId}-20`))
    expect(await client.workflow.getHandle(workflowId).result()).toBe(CANARY)
    await schedule.delete()
  })
})

describe('who has no key', () => {
  it('cannot start a run: its order is refused and nothing of the workflow runs', async () => {
    const forger = new Client({ connection: connected.connection, namespace: client.options.namespace })
    const handle = await start(forger, 'recorded', 'forged')
    expect(await firstTaskFailure(handle)).toBe('the payload is not encrypted')
    await handle.terminate()
  })

  it('cannot start a run under a key of its own', async () => {
    const stranger = connectClient(accessForTests({ COFFER_MASTER_KEY: Buffer.alloc(32, 9) }))
    const handle = await start(stranger.client, 'recorded', 'forged')
    expect(await firstTaskFailure(client.workflow.getHandle(handle.workflowId))).toBe(
      'the payload is encrypted under an unknown key'
    )
    await handle.terminate()
    await stranger.close()
  })

  it('cannot signal words of its own', async () => {
    const forger = new Client({ connection: connected.connection, namespace: client.options.namespace })
    const handle = await start(client, 'waiting', '2999-01-01T00:00:00.000Z')
    await forger.workflow.getHandle(handle.workflowId).signal('nudge', 'forged')
    expect(await firstTaskFailure(handle)).toBe('the payload is not encrypted')
    await handle.terminate()
  })

  it('cannot read a result', async () => {
    const handle = await start(client, 'recorded', CANARY)
    await handle.result()
    const stranger = connectClient(accessForTests({ COFFER_MASTER_KEY: Buffer.alloc(32, 9) }))
    await expect(stranger.client.workflow.getHandle(handle.workflowId).result()).rejects.toThrow('unknown key')
    await stranger.close()
  })

  it('cannot move the order of one run into another', async () => {
    const first = await start(client, 'recorded', CANARY)
    const { events } = await first.fetchHistory()
    const [stolen] = events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!
    const workflowId = `recorded/${randomUUID()}`
    await connected.connection.workflowService.startWorkflowExecution({
      namespace: client.options.namespace,
      workflowId,
      requestId: randomUUID(),
      workflowType: { name: 'recorded' },
      taskQueue: { name: worker.taskQueue },
      input: { payloads: [stolen!] }
    })
    const handle = client.workflow.getHandle(workflowId)
    expect(await firstTaskFailure(handle)).toBe('the payload was written for another workflow')
    await handle.terminate()
  })
})

/** The message of the first workflow task that failed; the history is asked until one did. */
async function firstTaskFailure(handle: WorkflowHandle): Promise<string> {
  const codec = dataConverter(accessForTests()).payloadCodecs![0]!
  for (;;) {
    const { events } = await handle.fetchHistory()
    const failed = events?.find((event) => event.workflowTaskFailedEventAttributes)
    const encoded = failed?.workflowTaskFailedEventAttributes?.failure?.encodedAttributes
    if (!encoded) continue
    const [attributes] = await codec.decode([encoded])
    return (JSON.parse(Buffer.from(attributes!.data!).toString()) as { message: string }).message
  }
}

async function firstRunOf(schedule: ScheduleHandle): Promise<string> {
  for (;;) {
    const [first] = (await schedule.describe()).info.recentActions
    if (first?.action.type === 'startWorkflow') return first.action.workflow.workflowId
  }
}
