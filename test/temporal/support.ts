import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { activityInfo } from '@temporalio/activity'
import type { Client } from '@temporalio/client'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { createProcesses, type Processes, type ProcessesOptions, type StartRequest } from '../../api/temporal.ts'
import { bundleWorkflows } from '../../temporal/bundle.ts'
import { connectClient, connectWorker, dataConverter, type TemporalAccess } from '../../temporal/connection.ts'
import { PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'
import { workerTuning } from '../../temporal/tuning.ts'
import { testContext } from '../support/context.ts'
import type { FixtureActivities } from './workflows.ts'

export const accessForTests = (changes: Partial<TemporalAccess> = {}): TemporalAccess => ({
  COFFER_MODE: 'test',
  COFFER_MASTER_KEY: PUBLISHED_TEST_MASTER_KEY,
  TEMPORAL_ADDRESS: testContext().temporalAddress,
  TEMPORAL_NAMESPACE: testContext().temporalNamespace,
  TEMPORAL_TLS: false,
  ...changes
})

export const bundleFixtures = () => bundleWorkflows(fileURLToPath(new URL('./workflows.ts', import.meta.url)))

/** How far a test has moved the business clock, for one run alone. */
const clockOffsetMs = new Map<string, number>()

export const moveClock = (workflowId: string, offsetMs: number): void => void clockOffsetMs.set(workflowId, offsetMs)

const readBusinessClock = async (): Promise<string> => {
  const { workflowExecution } = activityInfo()
  return new Date(Date.now() + (clockOffsetMs.get(workflowExecution?.workflowId ?? '') ?? 0)).toISOString()
}

/** How often each order was begun to be recorded. */
export const recordings = new Map<string, number>()

const record = async (order: string, afterMs = 0): Promise<string> => {
  if (afterMs > 0) await pause(afterMs)
  recordings.set(order, (recordings.get(order) ?? 0) + 1)
  return `recorded ${order}`
}

export interface RunningWorker {
  readonly taskQueue: string
  stop(): Promise<void>
}

/** A worker on a task queue of its own, with the product's tuning. */
export async function startWorker(code: string, taskQueue: string = randomUUID()): Promise<RunningWorker> {
  quietRuntime()
  const access = accessForTests()
  const connection = await connectWorker(access)
  const activities: FixtureActivities = { record, readBusinessClock }
  const worker = await Worker.create({
    ...workerTuning,
    connection,
    namespace: access.TEMPORAL_NAMESPACE,
    taskQueue,
    workflowBundle: { code },
    activities,
    dataConverter: dataConverter(access)
  })
  const running = worker.run()
  return {
    taskQueue,
    stop: async () => {
      worker.shutdown()
      await running
      await connection.close()
    }
  }
}

export function processesFor(client: Client, taskQueue: string, options: Partial<ProcessesOptions> = {}): Processes {
  return createProcesses({ client, taskQueue, ...options })
}

export const requestFor = (type: string, changes: Partial<StartRequest<string>> = {}): StartRequest<string> => ({
  type,
  id: randomUUID(),
  order: 'an order',
  policy: {},
  fingerprint: 'fingerprint-1',
  actor: 'service:test',
  requestId: 'request-1',
  updateId: randomUUID(),
  summary: 'a run of the tests',
  searchAttributes: [],
  ...changes
})

let quiet = false

/** One runtime a process (Jest: a test file); workers tell their failures, tests that plan them would drown in them. */
function quietRuntime(): void {
  if (quiet) return
  quiet = true
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) })
}

export { connectClient }
