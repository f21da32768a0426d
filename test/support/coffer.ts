import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { connect, type DatabaseHandle } from '../../db/connect.ts'
import type { Seeded, SeededCustomer } from '../../local/credentials.ts'
import { seedRecords } from '../../local/seed-records.ts'
import { createVault } from '../../store/vault.ts'
import { client, type Client } from './client.ts'
import { testContext } from './context.ts'
import { cloneDatabase, type ClonedDatabase } from './database.ts'
import { forgetRun, forgetSchedules, sweepUntil, type Woken } from './lost-runs.ts'
import { startPart, type Part } from './part.ts'
import { startSandbox, type SandboxHandle } from './sandbox.ts'
import { describeTrouble } from './trouble.ts'

export interface CofferOptions {
  /** Laid over the default policies, as `COFFER_POLICY` is. */
  readonly policy?: object
  readonly bankBDelayMs?: number
  /** A proxy in front of the database, or another Temporal, for tests that break them. */
  readonly environment?: Readonly<Record<string, string>>
  /** Of the worker alone: `CRASH_AT`. */
  readonly workerEnvironment?: Readonly<Record<string, string>>
  /** How many API processes; they share nothing but Postgres and Temporal. */
  readonly apis?: number
  /** Instead of a clone on the shared server, for tests that break the server; a random key otherwise. */
  readonly database?: ClonedDatabase
  readonly masterKey?: Buffer
  /** Sandbox, worker and API are compiled when they start, as the containers have it: seconds slower. */
  readonly asInstalled?: boolean
}

/** Access tokens live for 10 minutes; a run of every crash point takes longer. */
const SESSION_MS = 8 * 60_000

/** A whole Coffer of one's own: database, sandbox, worker and API as processes, seeded; nothing shared but the servers. */
export interface Coffer {
  readonly database: ClonedDatabase
  /** As the application role. */
  readonly db: DatabaseHandle['db']
  readonly pool: DatabaseHandle['pool']
  readonly sandbox: SandboxHandle
  readonly worker: Part
  readonly api: Part
  readonly apis: readonly Part[]
  readonly seeded: Seeded
  readonly namespaceAndQueue: { readonly namespace: string; readonly taskQueue: string }
  /** Over HTTP with that bearer token; the seeded keys by role. */
  as(token: string): Client
  readonly service: Client
  readonly merchant: Client
  readonly finance: Client
  readonly finance2: Client
  readonly admin: Client
  readonly support: Client
  /** Logs in and remembers, as long as the token lives. */
  asCustomer(login: 'customer-a' | 'customer-b' | 'bench'): Promise<Client>
  customer(login: 'customer-a' | 'customer-b' | 'bench'): SeededCustomer
  /** Moves the business clock of sandbox and product; returns when every waiting run was nudged. */
  advanceClock(byMs: number): Promise<void>
  /** Tops the wallet up through its bank; minor units, the last two digits `00` so that no magic acts. */
  fund(login: 'customer-a' | 'customer-b' | 'bench', amount: number): Promise<void>
  /** Kills the sandbox (`kill -9`), does what is to be done without it, and starts it where and as it was. */
  restartSandbox(meanwhile?: () => Promise<void>): Promise<void>
  /** Deletes a run from Temporal, as its retention does after a day. */
  forgetRun(workflowId: string): Promise<void>
  /** Has the sweeper come now, again and again, until it is so: it comes every 30 s by itself, too late for a test. */
  sweepUntil(isSo: () => Promise<boolean>, schedule?: Woken): Promise<void>
  stop(): Promise<void>
}

export async function startCoffer(options: CofferOptions = {}): Promise<Coffer> {
  const context = testContext()
  const directory = mkdtempSync(join(tmpdir(), 'coffer-'))
  const sandboxSetup = { state: directory, bankBDelayMs: options.bankBDelayMs, asInstalled: options.asInstalled }
  const [database, firstSandbox] = await Promise.all([options.database ?? cloneDatabase(), startSandbox(sandboxSetup)])
  let sandbox = firstSandbox
  const masterKey = options.masterKey ?? randomBytes(32)
  const taskQueue = `test-${randomBytes(6).toString('hex')}`
  const handle = connect({ url: database.appUrl, poolMax: 4, applicationName: 'coffer-test' })
  const vault = createVault(masterKey)
  const seeded = await seedRecords({ db: handle.db, pool: handle.pool, vault })
  const environment = {
    COFFER_MODE: 'test',
    PORT: '0',
    DATABASE_URL: database.appUrl,
    DATABASE_POOL_MAX: '8',
    TEMPORAL_ADDRESS: context.temporalAddress,
    TEMPORAL_NAMESPACE: context.temporalNamespace,
    TEMPORAL_TASK_QUEUE: taskQueue,
    COFFER_MASTER_KEY: masterKey.toString('hex'),
    COFFER_ID_SALT: randomBytes(16).toString('hex'),
    PROVIDER_URL: sandbox.url,
    PROVIDER_SIGNING_KEY: sandbox.keys.privateKey,
    CALLBACK_SECRET: sandbox.callbackSecret,
    WEBHOOK_LOOPBACK: 'true',
    WORKFLOW_BUNDLE: context.workflowBundlePath,
    LOG_LEVEL: 'warn',
    // A day that is moved over would settle merchants whom a test looks at: those that want it say so.
    COFFER_POLICY: writePolicy(directory, { settlement: { daily: false }, ...options.policy }),
    ...options.environment
  }
  const [worker, ...apis] = await Promise.all([
    startPart('worker', { ...environment, ...options.workerEnvironment }, options.asInstalled),
    ...Array.from({ length: options.apis ?? 1 }, () => startPart('api', environment, options.asInstalled))
  ])
  const api = apis[0]!
  await sandbox.setCallbackUrl(api.url)

  const scene = { context, pool: handle.pool, worker, taskQueue }
  const as = (token: string) =>
    client(
      () => api.url,
      token,
      () => describeTrouble(scene)
    )
  const customer = (login: string) => seeded.seed.customers.find(({ email }) => email === `${login}@example.com`)!
  const sessions = new Map<string, { readonly session: Promise<Client>; readonly at: number }>()
  const logIn = async (login: string) => {
    const { email, password } = customer(login)
    const { body } = await as('').post('/v1/sessions', { login: email, password }, null)
    return as(String(body['access_token']))
  }
  const asCustomer = (login: string) => {
    const known = sessions.get(login)
    if (known && performance.now() - known.at < SESSION_MS) return known.session
    const session = logIn(login)
    sessions.set(login, { session, at: performance.now() })
    return session
  }
  const service = as(seeded.keys.service)
  return {
    database,
    db: handle.db,
    pool: handle.pool,
    get sandbox() {
      return sandbox
    },
    worker: worker,
    api,
    apis,
    seeded,
    namespaceAndQueue: { namespace: context.temporalNamespace, taskQueue },
    as,
    service,
    merchant: as(seeded.keys.merchant),
    finance: as(seeded.keys.finance),
    finance2: as(seeded.keys.finance_2),
    admin: as(seeded.keys.admin),
    support: as(seeded.keys.support),
    asCustomer,
    customer,
    advanceClock: async (byMs) => void (await sandbox.advanceClock(byMs)),
    fund: (login, amount) => fund(service, customer(login), amount),
    restartSandbox: async (meanwhile) => {
      await sandbox.kill9()
      await meanwhile?.()
      const { port, keys, adminKey, callbackSecret } = sandbox
      sandbox = await startSandbox({ ...sandboxSetup, port, keys, adminKey, callbackSecret, callbackUrl: api.url })
    },
    forgetRun: (workflowId) => forgetRun(context, workflowId),
    sweepUntil: (isSo, schedule) => sweepUntil(context, taskQueue, isSo, schedule),
    stop: async () => {
      await Promise.all([worker.stop(), ...apis.map((part) => part.stop())])
      const scheduled = await handle.db.selectFrom('mandate_schedule').select('mandate_id').execute()
      const mandateIds = scheduled.map(({ mandate_id }) => mandate_id)
      await Promise.all([sandbox.stop(), handle.close(), forgetSchedules(context, taskQueue, mandateIds)])
      await database.drop()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

async function fund(service: Client, { wallet_id, bank_account_id }: SeededCustomer, amount: number): Promise<void> {
  const made = await service.post('/v1/top-ups', {
    wallet_id,
    bank_account_id,
    amount: { amount: String(amount), currency: 'USD' }
  })
  await service.until(`/v1/top-ups/${String(made.body['id'])}`, ({ state }) => state === 'succeeded')
}

function writePolicy(directory: string, policy: object): string {
  const file = join(directory, 'policy.json')
  writeFileSync(file, JSON.stringify(policy))
  return file
}
