import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { connect, type DatabaseHandle } from '../../db/connect.ts'
import { generateSigningKeys } from '../../providers/keys.ts'
import { testContext } from '../support/context.ts'
import { cloneDatabase, type ClonedDatabase } from '../support/database.ts'

const root = join(import.meta.dirname, '../..')

let database: ClonedDatabase
let application: DatabaseHandle
let environment: Record<string, string>
beforeAll(async () => {
  database = await cloneDatabase()
  application = connect({ url: database.appUrl, poolMax: 1 })
  environment = {
    DATABASE_URL: database.appUrl,
    TEMPORAL_ADDRESS: testContext().temporalAddress,
    TEMPORAL_TASK_QUEUE: `nobody-${randomBytes(4).toString('hex')}`,
    COFFER_MASTER_KEY: randomBytes(32).toString('hex'),
    COFFER_ID_SALT: randomBytes(16).toString('hex'),
    PROVIDER_URL: 'http://127.0.0.1:1',
    PROVIDER_SIGNING_KEY: generateSigningKeys().privateKey,
    CALLBACK_SECRET: 'whsec_dGVzdA=='
  }
})
afterAll(async () => {
  await application?.close()
  await database?.drop()
})

/** Runs a command of `cli/` with exactly that environment. */
async function runCli(file: string, env: Record<string, string>) {
  const args = ['--import', 'tsx', file]
  const child = spawn(process.execPath, args, { cwd: root, env: { PATH: process.env.PATH!, ...env } })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [out, problems, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { out, problems, code }
}

const maySetClock = async (): Promise<boolean> => {
  const { rows } = await application.pool.query<{ may: boolean }>(
    "select has_function_privilege('set_business_clock(bigint)', 'execute') as may"
  )
  return rows[0]!.may
}

describe('npm run migrate', () => {
  it('of a database that is up to date applies nothing, and takes back what only tests may do', async () => {
    expect(await maySetClock()).toBe(true)
    const given = { DATABASE_OWNER_URL: database.ownerUrl, DATABASE_URL: database.appUrl }
    expect(await runCli('cli/migrate.ts', given)).toMatchObject({ code: 0, out: 'The database is up to date.\n' })
    expect(await maySetClock()).toBe(false)
  })

  it('without the owner of the database fails, and says so', async () => {
    const { code, problems } = await runCli('cli/migrate.ts', { DATABASE_URL: database.appUrl })
    expect(code).toBe(1)
    expect(problems).toContain('DATABASE_OWNER_URL')
  })
})

describe('npm run seed', () => {
  it('prints credentials once, in production without the customer who has no limits', async () => {
    const { code, out } = await runCli('cli/seed.ts', environment)
    expect(code).toBe(0)
    const { keys, seed } = JSON.parse(out)
    expect(keys.service).toMatch(/^cof_service_/)
    expect(seed.customers.map(({ email }: { email: string }) => email)).toEqual([
      'customer-a@example.com',
      'customer-b@example.com'
    ])
    const again = await runCli('cli/seed.ts', environment)
    expect(again).toMatchObject({ code: 1, out: '' })
    expect(again.problems).toContain('only an empty one is seeded')
  })
})

describe('The health check of a worker', () => {
  it('fails where no worker of this machine asks for work', async () => {
    const { code, problems } = await runCli('cli/worker-health.ts', environment)
    expect(code).toBe(1)
    expect(problems).toContain('asks for work')
  })
})
