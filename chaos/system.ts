import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type DatabaseHandle } from '../db/connect.ts'
import { freePorts } from '../local/free-ports.ts'
import { RunningParts } from '../local/leftovers.ts'
import { nodePart } from '../local/parts.ts'
import { ensureSecrets, type Secrets } from '../local/secrets.ts'
import { setBusinessClock } from '../store/business-clock.ts'
import { createVault } from '../store/vault.ts'
import { createComponent, type Component } from './components.ts'
import { ensurePeople, hasPeople, type People } from './people.ts'
import { startOwnServers, type Servers } from './servers.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import { chaosPolicy } from './policy.ts'

export type Link = 'postgres' | 'temporal' | 'sandbox'

/** A whole Coffer whose parts may be killed and whose connections may be broken. */
export interface System {
  readonly components: readonly Component[]
  /** Between API and workers on the one side and each of these on the other. */
  readonly links: Readonly<Record<Link, TcpProxy>>
  readonly apiUrls: readonly string[]
  readonly people: People
  readonly sandbox: Sandbox
  readonly taskQueue: string
  readonly servers: Servers
  /** Where Temporal keeps its database; absent when its server is somebody else's. */
  readonly temporalFolder?: string
  /** Directly, as the application: for those who judge. */
  readonly db: DatabaseHandle['db']
  stop(): Promise<void>
}

/** The outside world as its operators steer it, past the proxy. */
export interface Sandbox {
  readonly url: string
  readonly adminKey: string
  readonly callbackSecret: string
  /** @throws {Error} when it does not answer 2xx. */
  admin(method: string, path: string, body?: object): Promise<Record<string, unknown>>
}

export interface SystemOptions {
  /** State and logs; what a former run has left here goes on. */
  readonly home: string
  /** Instead of servers of its own; they are not killed then. */
  readonly servers?: Servers
  /** Business time at which it begins, ahead of the machine's; a state that is there goes on from where it was. */
  readonly beginsAt?: Date
  readonly say: (line: string) => void
}

const APIS = 2
const WORKERS = 2
const ROLES = ['api', 'worker', 'sandbox', 'temporal', 'postgres'] as const

/** Starts everything; whatever it has started is stopped when it throws. */
export async function openSystem({ home, servers: given, beginsAt, say }: SystemOptions): Promise<System> {
  mkdirSync(home, { recursive: true, mode: 0o711 })
  const running = new RunningParts(home)
  await running.stopLeftovers(say)
  const components: Component[] = []
  const watch = {
    onStart: (name: string, pid: number) => running.add(name, pid),
    onEnd: (name: string) => running.remove(name)
  }
  const create = (component: Pick<Component, 'name' | 'role'>, command: Parameters<typeof createComponent>[1]) => {
    const made = createComponent(component, command, join(home, 'logs', `${component.name}.log`), watch)
    components.push(made)
    return made
  }
  const proxies: TcpProxy[] = []
  const databases: DatabaseHandle[] = []
  const stop = async () => {
    // Each only needs those after it.
    for (const role of ROLES)
      await Promise.all(components.filter((each) => each.role === role).map((each) => each.stop()))
    await Promise.all([...databases.map((each) => each.close()), ...proxies.map((each) => each.stop())])
  }
  try {
    const secrets = ensureSecrets(home)
    const servers = given ?? (await startOwnServers(home, secrets, create, say))
    const ports = await freePorts(APIS + 1)
    const sandboxPort = ports.pop()!
    const apiUrls = ports.map((port) => `http://127.0.0.1:${port}`)
    const sandbox = openSandbox(`http://127.0.0.1:${sandboxPort}`, secrets)
    const proxy = async (address: string) => {
      const { hostname, port } = new URL(address)
      const made = await startTcpProxy({ host: hostname, port: Number(port) })
      proxies.push(made)
      return made
    }
    const links = {
      postgres: await proxy(servers.databaseUrl),
      temporal: await proxy(`http://${servers.temporalAddress}`),
      sandbox: await proxy(sandbox.url)
    }
    const database = connect({ url: servers.databaseUrl, poolMax: 4, applicationName: 'coffer-chaos' })
    databases.push(database)
    const aheadMs = beginsAt === undefined ? 0 : beginsAt.getTime() - Date.now()
    // The opening capital is of the first day: there is no day before it that has to be reconciled.
    if (aheadMs > 0 && !hasPeople(home)) await setBusinessClock(database.db, aheadMs)
    const people = await ensurePeople(home, { ...database, vault: createVault(Buffer.from(secrets.masterKey, 'hex')) })
    const taskQueue = `chaos-${secrets.idSalt.slice(0, 12)}`
    const environment = partEnvironment({ home, servers, links, sandbox, secrets, taskQueue })
    create({ name: 'sandbox', role: 'sandbox' }, () =>
      nodePart('sandbox', servers.programs.sandbox, {
        args: sandboxArguments(home, { port: sandboxPort, callbackUrl: apiUrls[0]!, aheadMs }, secrets),
        environment: partBasics(servers)
      })
    )
    for (let index = 1; index <= WORKERS; index++)
      create({ name: `worker-${index}`, role: 'worker' }, () =>
        nodePart(`worker-${index}`, servers.programs.worker, { environment })
      )
    for (const [index, port] of ports.entries())
      create({ name: `api-${index + 1}`, role: 'api' }, () =>
        nodePart(`api-${index + 1}`, servers.programs.api, { environment: { ...environment, PORT: String(port) } })
      )
    await Promise.all(components.filter((each) => !each.running).map((each) => each.start()))
    const temporalFolder = 'temporalFolder' in servers ? String(servers.temporalFolder) : undefined
    return { components, links, apiUrls, people, sandbox, taskQueue, servers, temporalFolder, db: database.db, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const partBasics = ({ preload }: Servers): Record<string, string | undefined> => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...(preload && { NODE_OPTIONS: `--import ${preload}` })
})

interface Environs {
  readonly home: string
  readonly servers: Servers
  readonly links: System['links']
  readonly sandbox: Sandbox
  readonly secrets: Secrets
  readonly taskQueue: string
}

/** What API and workers are told: everything outside is behind a proxy. */
function partEnvironment({ home, servers, links, sandbox, secrets, taskQueue }: Environs) {
  const policy = join(home, 'policy.json')
  writeFileSync(policy, JSON.stringify(chaosPolicy))
  return {
    ...partBasics(servers),
    COFFER_MODE: 'test',
    DATABASE_URL: links.postgres.through(servers.databaseUrl),
    DATABASE_POOL_MAX: '8',
    TEMPORAL_ADDRESS: `127.0.0.1:${links.temporal.port}`,
    TEMPORAL_NAMESPACE: servers.namespace,
    TEMPORAL_TASK_QUEUE: taskQueue,
    COFFER_MASTER_KEY: secrets.masterKey,
    COFFER_ID_SALT: secrets.idSalt,
    COFFER_POLICY: policy,
    PROVIDER_URL: links.sandbox.through(sandbox.url).replace(/\/$/, ''),
    PROVIDER_SIGNING_KEY: secrets.providerSigningKey,
    CALLBACK_SECRET: secrets.callbackSecret,
    WEBHOOK_LOOPBACK: 'true',
    WORKFLOW_BUNDLE: servers.workflowBundle,
    // The same for all, as behind one name, and also after a resumed start: it stands in what callers are told.
    API_URL: 'https://coffer.example',
    LOG_LEVEL: 'warn'
  }
}

function sandboxArguments(
  home: string,
  { port, callbackUrl, aheadMs }: { port: number; callbackUrl: string; aheadMs: number },
  secrets: Secrets
): string[] {
  const flags = {
    port,
    ...(aheadMs > 0 && { 'clock-ahead-ms': Math.round(aheadMs) }),
    state: join(home, 'sandbox'),
    'admin-key': secrets.sandboxAdminKey,
    'client-key': secrets.providerPublicKey,
    'callback-url': callbackUrl,
    'callback-secret': secrets.callbackSecret
  }
  return Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
}

function openSandbox(url: string, { sandboxAdminKey: adminKey, callbackSecret }: Secrets): Sandbox {
  const admin: Sandbox['admin'] = async (method, path, body) => {
    const response = await fetch(`${url}/admin${path}`, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000)
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`the sandbox answered ${response.status} to ${method} ${path}: ${text}`)
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  }
  return { url, adminKey, callbackSecret, admin }
}
