import { expect, it } from '@jest/globals'
import { Worker } from '@temporalio/worker'
import { connectWorker } from '../../temporal/connection.ts'
import { EXECUTION_MS_MAX, workerTuning } from '../../temporal/tuning.ts'
import { testContext } from '../support/context.ts'
import { accessForTests } from './support.ts'

it('the SDK takes the limit that it does not document: no clock kills workflow code halfway', async () => {
  const connection = await connectWorker(accessForTests())
  const worker = await Worker.create({
    ...workerTuning,
    connection,
    taskQueue: 'tuning',
    namespace: testContext().temporalNamespace,
    workflowBundle: { codePath: testContext().workflowBundlePath }
  })
  try {
    expect(worker.options.isolateExecutionTimeoutMs).toBe(EXECUTION_MS_MAX)
  } finally {
    const running = worker.run()
    worker.shutdown()
    await running
    await connection.close()
  }
})
