import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../local/free-ports.ts'
import { waitUntil } from '../../local/wait-until.ts'
import { testContext } from '../support/context.ts'
import { cloneDatabase, type ClonedDatabase } from '../support/database.ts'

const script = join(import.meta.dirname, 'stand-ins/start.ts')
const notes = (home: string) => readFileSync(join(home, 'notes'), 'utf8')
const files = (home: string) => readdirSync(home)

interface Started {
  readonly child: ChildProcess
  output: string
}

let database: ClonedDatabase
const homes: string[] = []
const started: Started[] = []

beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(async () => {
  for (const { child } of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await database.drop()
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

/** An installation of its own: a folder with a space in its name, and free ports. */
async function place(): Promise<{ home: string; environment: NodeJS.ProcessEnv }> {
  const home = mkdtempSync(join(tmpdir(), 'coffer home '))
  homes.push(home)
  const [port, sandboxPort] = await freePorts(2)
  const environment = {
    ...{ PATH: process.env.PATH, COFFER_HOME: home, PORT: String(port), SANDBOX_PORT: String(sandboxPort) },
    ...{ DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl },
    ...{ TEMPORAL_ADDRESS: testContext().temporalAddress, STAND_IN_NOTES: join(home, 'notes') },
    WORKFLOW_BUNDLE: 'not read by the stand-in'
  }
  return { home, environment }
}

function start(environment: NodeJS.ProcessEnv, ...args: string[]): Started {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, ...args], { env: environment })
  const one: Started = { child, output: '' }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (one.output += String(text)))
  started.push(one)
  return one
}
const until = (isSo: () => boolean, one: Started) =>
  waitUntil(isSo, { limitMs: 20_000, otherwise: 'it did not come' }).catch((error: unknown) => {
    throw new Error(`it said: ${one.output}`, { cause: error })
  })
const ready = (one: Started) => until(() => /^ready /m.test(one.output), one)
const exit = async ({ child }: Started): Promise<unknown> => child.exitCode ?? (await once(child, 'exit'))[0]
const apiProcess = async ({ PORT }: NodeJS.ProcessEnv): Promise<number> =>
  Number(await (await fetch(`http://127.0.0.1:${PORT}`)).text())

describe('npm start, while it runs,', () => {
  let home: string
  let environment: NodeJS.ProcessEnv
  let running: Started
  beforeAll(async () => {
    ;({ home, environment } = await place())
    running = start(environment)
    await ready(running)
  })

  it('has said where everything is, and ready with the address of the API', () => {
    expect(running.output).toContain(join(home, 'credentials.json'))
    expect(running.output).toMatch(new RegExp(`^ready http://127.0.0.1:${environment.PORT}$`, 'm'))
    expect(readdirSync(join(home, 'logs')).sort()).toEqual(['api.log', 'sandbox.log', 'worker.log'])
  })

  it('has left the credentials to their owner only', () => {
    const credentials = JSON.parse(readFileSync(join(home, 'credentials.json'), 'utf8'))
    const expected = { database_url: database.appUrl, keys: { service: 'key' }, seed: { merchant_id: 'mer_1' } }
    expect(credentials).toMatchObject(expected)
    expect(statSync(join(home, 'credentials.json')).mode & 0o777).toBe(0o600)
  })

  it('refuses a second start in the same COFFER_HOME and names the variable', async () => {
    const second = start(environment)
    expect(await exit(second)).toBe(1)
    expect(second.output).toMatch(/runs already .*COFFER_HOME/)
  })

  it('lets a start elsewhere on the same port end with the variable to set', async () => {
    const elsewhere = await place()
    const second = start({ ...elsewhere.environment, PORT: environment.PORT })
    expect(await exit(second)).toBe(1)
    expect(second.output).toContain(`Port ${environment.PORT} is taken: set PORT to a free one`)
    expect(files(elsewhere.home)).toEqual([])
  })

  it('starts a part again that is killed, and says so in one line', async () => {
    process.kill(await apiProcess(environment), 'SIGKILL')
    await until(() => running.output.includes('api answers again'), running)
    expect(running.output).toContain('api was killed by SIGKILL: starting it again')
    expect(await apiProcess(environment)).toBeGreaterThan(0)
  })
})

describe('npm start, when it ends,', () => {
  it('by Ctrl-C, even told twice, stops its parts in order, exits with 0 and leaves nothing', async () => {
    const { home, environment } = await place()
    const running = start(environment)
    await ready(running)
    running.child.kill('SIGINT')
    running.child.kill('SIGINT')
    expect(await exit(running)).toBe(0)
    expect(notes(home)).toBe('api\nworker\n')
    await expect(apiProcess(environment)).rejects.toThrow('fetch failed')
    expect(files(home).filter((file) => ['lock', 'parts.json'].includes(file))).toEqual([])
  })

  it('with its terminal, to which nothing can be said any more, stops its parts all the same', async () => {
    const { home, environment } = await place()
    const running = start(environment)
    await ready(running)
    for (const stream of [running.child.stdout, running.child.stderr]) stream?.destroy()
    running.child.kill('SIGHUP')
    expect(await exit(running)).toBe(0)
    expect(notes(home)).toBe('api\nworker\n')
    expect(files(home).filter((file) => ['lock', 'parts.json'].includes(file))).toEqual([])
  })

  it('by kill -9, leaves parts that the next start says and stops first', async () => {
    const { environment } = await place()
    const killed = start(environment)
    await ready(killed)
    const left = await apiProcess(environment)
    killed.child.kill('SIGKILL')
    await exit(killed)
    const next = start(environment)
    await ready(next)
    expect(next.output).toContain(`api is left from a start that was killed (process ${left})`)
    expect(await apiProcess(environment)).not.toBe(left)
  })

  it('keeps everything for the next start, which forgets it only with --fresh', async () => {
    const { home, environment } = await place()
    const secretsAfter = async (...args: string[]) => {
      const running = start(environment, ...args)
      await ready(running)
      running.child.kill('SIGTERM')
      await exit(running)
      return readFileSync(join(home, 'secrets.json'), 'utf8')
    }
    const first = await secretsAfter()
    expect(await secretsAfter()).toBe(first)
    expect(await secretsAfter('--fresh')).not.toBe(first)
  })
})
