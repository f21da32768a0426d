import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
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
let home: string
let database: ClonedDatabase
let environment: NodeJS.ProcessEnv
let started: Started[]

interface Started {
  readonly child: ChildProcess
  output: string
}

beforeEach(async () => {
  started = []
  home = mkdtempSync(join(tmpdir(), 'coffer home '))
  database = await cloneDatabase()
  const [port, sandboxPort] = await freePorts(2)
  environment = {
    ...{ PATH: process.env.PATH, COFFER_HOME: home, PORT: String(port), SANDBOX_PORT: String(sandboxPort) },
    ...{ DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl },
    ...{ TEMPORAL_ADDRESS: testContext().temporalAddress, STAND_IN_NOTES: join(home, 'notes') }
  }
})
afterEach(async () => {
  for (const { child } of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await database.drop()
  rmSync(home, { recursive: true, force: true })
})

function start(...args: string[]): Started {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, ...args], { env: environment })
  const one: Started = { child, output: '' }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (one.output += String(text)))
  started.push(one)
  return one
}
const until = (isSo: () => boolean | Promise<boolean>, { output }: Started) =>
  waitUntil(isSo, { limitMs: 20_000, otherwise: `it did not come: ${output}` })
const ready = (one: Started) => until(() => /^ready /m.test(one.output), one)
const exit = async ({ child }: Started): Promise<unknown> => child.exitCode ?? (await once(child, 'exit'))[0]
const apiProcess = async (): Promise<number> =>
  Number(await (await fetch(`http://127.0.0.1:${environment.PORT}`)).text())

describe('npm start', () => {
  it('says ready last, with the address of the API, when everything answers', async () => {
    const one = start()
    await ready(one)
    expect(one.output.trimEnd().split('\n').at(-1)).toBe(`ready http://127.0.0.1:${environment.PORT}`)
    expect(await apiProcess()).toBeGreaterThan(0)
    expect(readdirSync(join(home, 'logs')).sort()).toEqual(['api.log', 'sandbox.log', 'worker.log'])
  })

  it('leaves the credentials to their owner only', async () => {
    await ready(start())
    const credentials = JSON.parse(readFileSync(join(home, 'credentials.json'), 'utf8'))
    expect(credentials).toMatchObject({
      database_url: database.appUrl,
      keys: { service: 'key' },
      seed: { merchant_id: 'mer_1' }
    })
    expect(statSync(join(home, 'credentials.json')).mode & 0o777).toBe(0o600)
  })

  it('stopped by Ctrl-C, even told twice, stops its parts in order, exits with 0 and leaves nothing', async () => {
    const one = start()
    await ready(one)
    one.child.kill('SIGINT')
    one.child.kill('SIGINT')
    expect(await exit(one)).toBe(0)
    expect(readFileSync(join(home, 'notes'), 'utf8')).toBe('api\nworker\n')
    await expect(apiProcess()).rejects.toThrow('fetch failed')
    expect(readdirSync(home)).not.toContain('lock')
    expect(readdirSync(home)).not.toContain('parts.json')
  })

  it('refuses a second start in the same COFFER_HOME and names the variable', async () => {
    await ready(start())
    const second = start()
    expect(await exit(second)).toBe(1)
    expect(second.output).toMatch(/runs already .*COFFER_HOME/)
  })

  it('refuses a taken port, names its variable and leaves nothing running', async () => {
    await ready(start())
    const elsewhere = mkdtempSync(join(tmpdir(), 'coffer-home-'))
    environment = { ...environment, COFFER_HOME: elsewhere }
    const second = start()
    expect(await exit(second)).toBe(1)
    expect(second.output).toContain(`Port ${environment.PORT} is taken: set PORT to a free one`)
    rmSync(elsewhere, { recursive: true, force: true })
  })

  it('starts a part again that is killed, and says so in one line', async () => {
    const one = start()
    await ready(one)
    process.kill(await apiProcess(), 'SIGKILL')
    await until(() => one.output.includes('api answers again'), one)
    expect(one.output).toContain('api was killed by SIGKILL: starting it again')
    expect(await apiProcess()).toBeGreaterThan(0)
  })

  it('takes over after a kill -9 of itself: what it left running is stopped first', async () => {
    const killed = start()
    await ready(killed)
    const left = await apiProcess()
    killed.child.kill('SIGKILL')
    await exit(killed)
    const next = start()
    await ready(next)
    expect(next.output).toContain(`api is left from a start that was killed (process ${left})`)
    expect(await apiProcess()).not.toBe(left)
  })

  it('forgets everything with --fresh, and nothing without', async () => {
    const secretsAfter = async (...args: string[]) => {
      const one = start(...args)
      await ready(one)
      one.child.kill('SIGTERM')
      await exit(one)
      return readFileSync(join(home, 'secrets.json'), 'utf8')
    }
    const first = await secretsAfter()
    expect(await secretsAfter()).toBe(first)
    expect(await secretsAfter('--fresh')).not.toBe(first)
  })
})
