import { loadConfig, loadPolicy } from '../config.ts'
import { assertApplicationRole } from '../db/assert-application-role.ts'
import { connect } from '../db/connect.ts'
import { createHttpBiller } from '../providers/biller-http.ts'
import { forgetOld } from '../store/idempotency.ts'
import { listWaitingForClock } from '../store/process.ts'
import { createVault } from '../store/vault.ts'
import { connectClient } from '../temporal/connection.ts'
import { workflowIdOf } from '../workflows/messages.ts'
import { createApp } from './app.ts'
import { acquirerCallbackHandler } from './acquirer-callbacks.ts'
import { bankCallbackHandlers } from './bank-callbacks.ts'
import { bureauCallbackHandler, screeningCallbackHandler } from './bureau-callbacks.ts'
import type { ApiDeps } from './deps.ts'
import { listen } from './listen.ts'
import { createEventStreams } from './event-streams.ts'
import { createLogger } from './logger.ts'
import { createProcesses } from './temporal.ts'

/** How often what is over is deleted. Nothing depends on it but the size of two tables. */
const FORGET_EVERY_MS = 3_600_000

const config = loadConfig()
const logger = createLogger(config.LOG_LEVEL)
const database = connect({ url: config.DATABASE_URL, poolMax: config.DATABASE_POOL_MAX, applicationName: 'coffer-api' })
await assertApplicationRole(database.db)
const temporal = connectClient(config)
const processes = createProcesses({ client: temporal.client, taskQueue: config.TEMPORAL_TASK_QUEUE })

/** Somebody waits for it. */
const BILL_TIMEOUT_MS = 5_000
const billers = createHttpBiller({
  url: config.PROVIDER_URL,
  signingKey: config.PROVIDER_SIGNING_KEY,
  timeoutMs: BILL_TIMEOUT_MS
})
const policy = await loadPolicy(config)
const banks = bankCallbackHandlers({ db: database.db, processes, policy, logger })
const deps: ApiDeps = {
  config,
  db: database.db,
  pool: database.pool,
  processes,
  policy,
  vault: createVault(config.COFFER_MASTER_KEY),
  nudgeAll,
  temporalReady: async () => void (await temporal.connection.workflowService.getSystemInfo({})),
  callbackHandlers: {
    ...banks,
    acquirer: acquirerCallbackHandler({ db: database.db, processes }, banks.acquirer),
    identity: bureauCallbackHandler({ db: database.db, processes, logger }),
    screening: screeningCallbackHandler({ processes })
  },
  eventStreams: createEventStreams({ db: database.db, logger, policy }),
  askBill: billers.askBill,
  logger
}

const server = await listen(createApp(deps), { host: config.HOST, port: config.PORT })
const forgetting = setInterval(
  () => void forgetOld(database.db).catch((err: unknown) => logger.warn({ err }, 'not deleted')),
  FORGET_EVERY_MS
)
console.log(`listening ${server.url}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())

async function stop(): Promise<void> {
  clearInterval(forgetting)
  deps.eventStreams.close()
  await server.stop()
  await temporal.close()
  await database.close()
  process.exit(0)
}

async function nudgeAll(): Promise<void> {
  const waiting = await listWaitingForClock(database.db)
  await processes.nudgeAll(waiting.map(({ kind, id }) => workflowIdOf(kind, id)))
}
