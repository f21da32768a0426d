import { randomInt, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Worker } from '@temporalio/worker'
import { dataConverter, type ConnectedClient } from '../../temporal/connection.ts'
import { accessForTests, bundleFixtures, connectClient, startWorker, type RunningWorker } from './support.ts'

let code: string
let connected: ConnectedClient
let worker: RunningWorker

beforeAll(async () => {
  code = (await bundleFixtures()).code
  connected = connectClient(accessForTests())
  worker = await startWorker(code)
})

afterAll(async () => {
  await worker.stop()
  await connected.close()
})

const UPDATES = 8
/** Above the run's workflow task timeout, so that its task is renewed while a local activity is under way. */
const SLOW_MS = 1_300

/** Decides many times at once about a run that looks again beside it; tells whether it can be taken up from its history. */
async function replayOf(ofSlow: number): Promise<string> {
  const workflowId = `overlapping/${randomUUID()}`
  const handle = await connected.client.workflow.start('overlapping', {
    workflowId,
    taskQueue: worker.taskQueue,
    workflowTaskTimeout: 1_000,
    args: [UPDATES]
  })
  const ask = (name: number) =>
    handle.executeUpdate('step', { args: [String(name), name < ofSlow ? SLOW_MS : randomInt(20)] })
  await Promise.all(Array.from({ length: UPDATES }, (_, name) => ask(name)))
  await handle.result()
  const options = { workflowBundle: { code }, dataConverter: dataConverter(accessForTests()) }
  return Worker.runReplayHistory(options, await handle.fetchHistory(), workflowId).then(
    () => 'replayed',
    (error: unknown) => String(error)
  )
}

describe('A run with local activities on both sides of it', () => {
  it('can be taken up again from its history, in whatever order their results came', async () => {
    for (let round = 0; round < 10; round++)
      expect(await Promise.all([replayOf(0), replayOf(0)])).toEqual(['replayed', 'replayed'])
  })

  it('can be as well when one of them took longer than a workflow task may', async () => {
    const replays = await Promise.all(Array.from({ length: 6 }, (_, ofSlow) => replayOf(ofSlow % 3)))
    expect(new Set(replays)).toEqual(new Set(['replayed']))
  })
})
