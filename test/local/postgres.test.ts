import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { asSuperuser, ensureDatabase } from '../../local/ensure-database.ts'
import { freePorts } from '../../local/free-ports.ts'
import { deleteCluster } from '../../local/fresh.ts'
import { makeMissingLinks } from '../../local/postgres-binaries.ts'
import { startPostgres, type PostgresOptions, type RunningPostgres } from '../../local/postgres.ts'

let folder: string
let options: PostgresOptions
let postgres: RunningPostgres
const start = () => startPostgres(options, join(folder, 'postgres.log'))
const ask = (sql: string) => asSuperuser(postgres.superuserUrl, async (client) => (await client.query(sql)).rows)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coffer postgres '))
  const [port] = await freePorts(1)
  options = { directory: join(folder, 'a b'), port: port!, superuserPassword: 'for this test' }
  postgres = await start()
})
afterAll(async () => {
  await postgres.stop()
  deleteCluster(options.directory)
  rmSync(folder, { recursive: true, force: true })
})

describe('the embedded Postgres', () => {
  it('keeps what was committed when it is killed, and starts again over its stale lock file', async () => {
    await ask('create table kept as select 42 as answer')
    process.kill(postgres.pid, 'SIGKILL')
    expect(await postgres.ended).toBe('was killed by SIGKILL')
    postgres = await start()
    expect(await ask('select answer from kept')).toEqual([{ answer: 42 }])
  })

  it('gives up no durability', async () => {
    const rows = await ask(
      `select setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`
    )
    expect(rows).toEqual([{ setting: 'on' }, { setting: 'on' }, { setting: 'on' }])
  })

  it('listens on the loopback interface only, and asks for a password', async () => {
    expect(await ask('show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    const without = new pg.Client({ connectionString: postgres.superuserUrl.replace(/:[^:@]*@/, ':wrong@') })
    await expect(without.connect()).rejects.toMatchObject({ code: '28P01' })
  })

  it('refuses to start under another superuser password, and says so', async () => {
    const [port] = await freePorts(1)
    await postgres.stop()
    const other = startPostgres({ ...options, port: port!, superuserPassword: 'another' }, join(folder, 'other.log'))
    await expect(other).rejects.toThrow('superuser password')
    postgres = await start()
  })
})

describe('the database and its roles', () => {
  const ensure = (appPassword: string) =>
    ensureDatabase(postgres.superuserUrl, { name: 'coffer', ownerPassword: 'owner', appPassword })
  const connect = async (url: string) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return client
  }

  it('are made once, however often they are ensured, with the passwords of the last time', async () => {
    const before = await ensure('before')
    const after = await ensure('after')
    await expect(connect(before.appUrl)).rejects.toMatchObject({ code: '28P01' })
    await (await connect(after.appUrl)).end()
  })

  it('leave the application unable to make a table or become someone else', async () => {
    const client = await connect((await ensure('app')).appUrl)
    try {
      await expect(client.query('create table public.mine (a int)')).rejects.toMatchObject({ code: '42501' })
      await expect(client.query('set role coffer_owner')).rejects.toMatchObject({ code: '42501' })
      const { rows } = await client.query(
        'select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user'
      )
      expect(rows).toEqual([{ rolsuper: false, rolcreatedb: false, rolcreaterole: false }])
    } finally {
      await client.end()
    }
  })
})

describe('the links between the libraries of the package', () => {
  it('are made where its install script was not allowed to, and left alone where they are', async () => {
    const native = join(folder, 'package', 'native')
    mkdirSync(join(native, 'lib'), { recursive: true })
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]
    writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links))
    await makeMissingLinks(native)
    await makeMissingLinks(native)
    expect(readlinkSync(join(native, 'lib/libpq.so.5'))).toBe('libpq.so.5.18')
  })
})
