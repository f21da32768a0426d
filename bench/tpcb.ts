import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)

export interface TpcB {
  readonly version: string
  /** Transactions per second of one slice. */
  slice(seconds: number): Promise<number>
}

/** Branches, each a hot row: with fewer of them than clients, clients would mostly wait for each other's branch. */
const SCALE = 20
const CLIENTS = 16

/**
 * pgbench's built-in TPC-B-like script on the same server, in a database of its own: the yardstick.
 * 16 clients on two threads, prepared statements, scale 20: the best of scale 10 and 20 with 8, 16 and 32 clients that was
 * seen on two processors, so that the yardstick is not a short one.
 * @returns undefined when there is no pgbench on PATH; an imitation would be no yardstick.
 */
export async function prepareTpcB(superuserUrl: string): Promise<TpcB | undefined> {
  const version = versionOnPath()
  if (version === undefined) return undefined
  const url = await emptyDatabase(superuserUrl, 'tpcb')
  await run('pgbench', ['--initialize', `--scale=${SCALE}`, '--quiet', url])
  return {
    version,
    async slice(seconds) {
      const load = [`--client=${CLIENTS}`, '--jobs=2', '--protocol=prepared', '--no-vacuum', `--time=${seconds}`]
      const { stdout } = await run('pgbench', [...load, url])
      const tps = /^tps = ([\d.]+)/m.exec(stdout)?.[1]
      if (tps === undefined) throw new Error(`pgbench reported no tps:\n${stdout}`)
      return Number(tps)
    }
  }
}

function versionOnPath(): string | undefined {
  try {
    return execFileSync('pgbench', ['--version'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

async function emptyDatabase(superuserUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: superuserUrl })
  await client.connect()
  await client.query(`drop database if exists ${name}`)
  await client.query(`create database ${name}`)
  await client.end()
  return Object.assign(new URL(superuserUrl), { pathname: `/${name}` }).href
}
