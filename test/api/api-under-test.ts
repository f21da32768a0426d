import { randomBytes } from 'node:crypto'
import supertest from 'supertest'
import { createApp } from '../../api/app.ts'
import type { ApiDeps } from '../../api/deps.ts'
import { listen } from '../../api/listen.ts'
import { createEventStreams } from '../../api/event-streams.ts'
import { createLogger } from '../../api/logger.ts'
import { loadConfig } from '../../config.ts'
import { connect } from '../../db/connect.ts'
import { inTransaction } from '../../db/in-transaction.ts'
import { idOf, type CustomerId, type IdByPrefix, type IdPrefix } from '../../domain/ids.ts'
import { mergePolicy } from '../../domain/policy/index.ts'
import { insertApiKey, type KeyHolder } from '../../store/api-keys.ts'
import { insertCustomer } from '../../store/customers.ts'
import { insertOperator, type OperatorRole } from '../../store/operators.ts'
import { setPassword } from '../../store/passwords.ts'
import { putPersonal } from '../../store/personal.ts'
import { openSession } from '../../store/sessions.ts'
import { createVault } from '../../store/vault.ts'
import { createAccessTokens } from '../../api/access-token.ts'
import { cloneDatabase } from '../support/database.ts'

export const CALLBACK_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

/** One API over a database of its own, listening on a free port; Temporal and the outside world are stand-ins. */
export interface ApiUnderTest {
  readonly deps: ApiDeps
  readonly url: string
  readonly ownerUrl: string
  /** Every line that was logged so far. */
  readonly log: string[]
  readonly http: ReturnType<typeof supertest>
  stop(): Promise<void>
}

export async function startApi(
  overrides: Partial<ApiDeps> & { policyOver?: unknown; mode?: 'test' | 'production' } = {}
): Promise<ApiUnderTest> {
  const { policyOver = {}, mode = 'test', ...given } = overrides
  const database = await cloneDatabase()
  const handle = connect({ url: database.appUrl, poolMax: 8 })
  const log: string[] = []
  const config = loadConfig({
    COFFER_MODE: mode,
    DATABASE_URL: database.appUrl,
    COFFER_MASTER_KEY: randomBytes(32).toString('hex'),
    COFFER_ID_SALT: 'salt for tests only',
    PROVIDER_URL: 'http://127.0.0.1:9',
    PROVIDER_SIGNING_KEY: 'not used',
    CALLBACK_SECRET
  })
  const logger = createLogger('trace', { write: (line) => void log.push(line) })
  const policy = mergePolicy(policyOver)
  const deps: ApiDeps = {
    config,
    db: handle.db,
    pool: handle.pool,
    processes: noProcesses,
    policy,
    vault: createVault(config.COFFER_MASTER_KEY),
    nudgeAll: async () => undefined,
    temporalReady: async () => undefined,
    callbackHandlers: {},
    eventStreams: createEventStreams({ db: handle.db, logger, policy }),
    askBill: async () => ({ kind: 'unknown', reason: 'this test has no network' }),
    logger,
    ...given
  }
  const server = await listen(createApp(deps), { host: '127.0.0.1', port: 0 })
  const stop = async () => {
    deps.eventStreams.close()
    await server.stop()
    await handle.close()
    await database.drop()
  }
  return { deps, url: server.url, ownerUrl: database.ownerUrl, log, http: supertest(server.url), stop }
}

const refuse = () => Promise.reject(new Error('this test has no Temporal'))
const noProcesses: ApiDeps['processes'] = {
  startOnce: refuse,
  findOnce: async () => ({ kind: 'closed' }),
  launch: refuse,
  launchOrNudge: refuse,
  update: refuse,
  nudge: refuse,
  nudgeAll: refuse
}

export const newId = <P extends IdPrefix>(prefix: P): IdByPrefix[P] =>
  idOf(prefix, `${prefix}_${randomBytes(16).toString('hex')}`)

export const newKey = (): string => randomBytes(12).toString('hex')

export const bearer = (token: string): string => `Bearer ${token}`

/** A key's `Authorization` header; operators are made with it. */
export async function keyFor(
  api: ApiUnderTest,
  given: KeyHolder | OperatorRole | 'service',
  scopes = ['*']
): Promise<string> {
  const holder = typeof given === 'string' ? await newHolder(api, given) : given
  const { secret } = await insertApiKey(api.deps.db, { id: newId('key'), holder, scopes, createdBy: 'test' })
  return bearer(secret)
}

async function newHolder({ deps }: ApiUnderTest, role: OperatorRole | 'service'): Promise<KeyHolder> {
  if (role === 'service') return { role, serviceName: 'tests' }
  const operator = await insertOperator(deps.db, { id: newId('opr'), role, name: `${role}-${newKey()}` })
  return { role, operatorId: operator.id }
}

export interface TestCustomer {
  readonly id: CustomerId
  readonly email: string
  readonly password: string
}

export async function newCustomer({ deps: { db, vault } }: ApiUnderTest): Promise<TestCustomer> {
  const customer = { id: newId('cus'), email: `${newKey()}@example.org`, password: 'a long enough passphrase' }
  await insertCustomer(db, { id: customer.id, zone: 'Europe/Berlin' })
  await putPersonal(db, vault, customer.id, { kind: 'name', value: 'Ada Example' })
  await putPersonal(db, vault, customer.id, { kind: 'email', value: customer.email, verified: true })
  await setPassword(db, customer.id, customer.password)
  return customer
}

/** A session's `Authorization` header, without the cost of a log-in. */
export async function sessionFor({ deps: { db, vault, policy } }: ApiUnderTest, customerId: CustomerId) {
  const session = await inTransaction(db, (transaction) => openSession(transaction, customerId, 3_600_000))
  const { token } = await createAccessTokens(vault.sessionKey, policy.access.access_token_ms).sign(session)
  return { ...session, authorization: bearer(token) }
}
