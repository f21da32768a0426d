import { Runtime, Worker } from '@temporalio/worker'
import { createCrashPoint, crashPointOf } from './activities/crash-points.ts'
import { createActivities } from './activities/index.ts'
import { watchWebhooks } from './activities/webhook-watch.ts'
import { loadConfig, loadPolicy } from './config.ts'
import { assertApplicationRole } from './db/assert-application-role.ts'
import { connect } from './db/connect.ts'
import { PostingQueue } from './ledger/posting-queue.ts'
import { createHttpAcquirer } from './providers/acquirer-http.ts'
import { createHttpBank } from './providers/bank-http.ts'
import { createHttpBiller } from './providers/biller-http.ts'
import { createHttpIdentity } from './providers/identity-http.ts'
import { createHttpNotifier } from './providers/notifier-http.ts'
import { createHttpScreening } from './providers/screening-http.ts'
import { createHttpWebhooks } from './providers/webhook-http.ts'
import { recordWriters } from './store/record-writers.ts'
import { createVault } from './store/vault.ts'
import { bundleWorkflows } from './temporal/bundle.ts'
import { connectClient, connectWorker, dataConverter } from './temporal/connection.ts'
import { keepNamespaceReady } from './temporal/namespace.ts'
import { ensureNotifications } from './temporal/notifications.ts'
import { ensureReconciliations } from './temporal/reconciliations.ts'
import { ensureRescreening } from './temporal/rescreening.ts'
import { createMandateSchedules } from './temporal/mandate-schedules.ts'
import { ensureMandateSweep } from './temporal/mandate-sweep.ts'
import { createRuns } from './temporal/runs.ts'
import { ensureSettlementDay } from './temporal/settlement-day.ts'
import { ensureSweeper } from './temporal/sweeper.ts'
import { workerTuning } from './temporal/tuning.ts'

/** The providers' own limits on a call: below those of the activities (workflows/activity-options.ts). */
const BANK_TIMEOUT_MS = 10_000
const NOTIFIER_TIMEOUT_MS = 5_000
const BUREAU_TIMEOUT_MS = 10_000

/** Composition root of the worker: config → database → providers → activities → Worker. */
const config = loadConfig()
Runtime.install({ shutdownSignals: [] })
const database = connect({
  url: config.DATABASE_URL,
  poolMax: config.DATABASE_POOL_MAX,
  applicationName: 'coffer-worker'
})
await assertApplicationRole(database.db)

const policy = await loadPolicy(config)
const client = connectClient(config)
const keeper = keepNamespaceReady({
  connection: client.connection,
  namespace: config.TEMPORAL_NAMESPACE,
  onReady: async () => {
    await ensureSweeper(client.client, config.TEMPORAL_TASK_QUEUE)
    await ensureNotifications(client.client, config.TEMPORAL_TASK_QUEUE)
    await ensureRescreening(client.client, config.TEMPORAL_TASK_QUEUE)
    await ensureSettlementDay(client.client, config.TEMPORAL_TASK_QUEUE, policy)
    await ensureReconciliations(client.client, config.TEMPORAL_TASK_QUEUE)
    await ensureMandateSweep(client.client, config.TEMPORAL_TASK_QUEUE)
  },
  onFailure: (error) => console.error('Temporal is not ready:', error instanceof Error ? error.message : error)
})
const stopping = new AbortController()
const crash = createCrashPoint(config.CRASH_AT, () => process.kill(process.pid, 'SIGKILL'))
const ledger = new PostingQueue({
  pool: database.pool,
  writers: recordWriters,
  onTransaction: (moment, keys) => {
    for (const key of keys) crash(crashPointOf(key, moment))
  }
})
const provider = { url: config.PROVIDER_URL, signingKey: config.PROVIDER_SIGNING_KEY }
const webhooks = createHttpWebhooks({
  loopback: config.WEBHOOK_LOOPBACK,
  timeoutMs: policy.webhook.timeout_ms,
  answerMaxBytes: policy.webhook.answer_max_bytes,
  answerKeptBytes: policy.webhook.answer_kept_bytes
})
const runs = createRuns(client.client, config.TEMPORAL_TASK_QUEUE)
const activities = createActivities({
  db: database.db,
  ledger,
  bank: createHttpBank({ ...provider, timeoutMs: BANK_TIMEOUT_MS }),
  acquirer: createHttpAcquirer({ ...provider, timeoutMs: BANK_TIMEOUT_MS }),
  billers: createHttpBiller({ ...provider, timeoutMs: BANK_TIMEOUT_MS }),
  notifier: createHttpNotifier({ ...provider, timeoutMs: NOTIFIER_TIMEOUT_MS }),
  identity: createHttpIdentity({ ...provider, timeoutMs: BUREAU_TIMEOUT_MS }),
  screening: createHttpScreening({ ...provider, timeoutMs: BUREAU_TIMEOUT_MS }),
  vault: createVault(config.COFFER_MASTER_KEY),
  policy,
  runs,
  webhooks,
  mandateSchedules: createMandateSchedules(client.client, config.TEMPORAL_TASK_QUEUE),
  crash,
  stopping: stopping.signal
})
const [workflowBundle, connection] = await Promise.all([workflowCode(), connectWorker(config), keeper.firstRound])
const worker = await Worker.create({
  connection,
  namespace: config.TEMPORAL_NAMESPACE,
  taskQueue: config.TEMPORAL_TASK_QUEUE,
  dataConverter: dataConverter(config),
  workflowBundle,
  activities,
  ...workerTuning
})
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    stopping.abort()
    worker.shutdown()
  })
console.log('listening worker')
const watch = watchWebhooks({
  db: database.db,
  runs,
  policy,
  crash,
  onFailure: (error) => console.error('webhooks wait:', error instanceof Error ? error.message : error)
})
await worker.run()
await watch.stop()
webhooks.close()
await keeper.stop()
await client.close()
await connection.close()
await database.close()
// A process that installed a runtime ends only after it was shut down.
await Runtime.instance().shutdown()

/** Tests bundle once for all their workers; everyone else at start. */
async function workflowCode(): Promise<{ codePath: string } | { code: string }> {
  return config.WORKFLOW_BUNDLE === undefined ? bundleWorkflows() : { codePath: config.WORKFLOW_BUNDLE }
}
