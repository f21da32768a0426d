// The worker of the yardstick workflows: the product's connection, codec and tuning, on a task queue of its own.
import { fileURLToPath } from 'node:url'
import { Runtime, Worker } from '@temporalio/worker'
import { loadConfig } from '../config.ts'
import { bundleWorkflows } from '../temporal/bundle.ts'
import { connectWorker, dataConverter } from '../temporal/connection.ts'
import { workerTuning } from '../temporal/tuning.ts'
import { benchActivities } from './activities.ts'

const config = loadConfig()
Runtime.install({ shutdownSignals: [] })
const connection = await connectWorker(config)
const worker = await Worker.create({
  connection,
  namespace: config.TEMPORAL_NAMESPACE,
  taskQueue: config.TEMPORAL_TASK_QUEUE,
  dataConverter: dataConverter(config),
  workflowBundle: await bundleWorkflows(fileURLToPath(new URL('./workflows.ts', import.meta.url))),
  activities: benchActivities,
  ...workerTuning
})
process.once('SIGTERM', () => worker.shutdown())
console.log('listening worker')
await worker.run()
await connection.close()
await Runtime.instance().shutdown()
