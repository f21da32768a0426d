import { join } from 'node:path'
import pg from 'pg'
import { startPart, type PartCommand } from './part.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { ensureCluster } from './postgres-cluster.ts'
import { postgresUser } from './postgres-user.ts'
import { folderWithinReach } from './within-reach.ts'

export interface PostgresOptions {
  /** The cluster goes into `data` below it; made when missing. */
  readonly directory: string
  readonly port: number
  /** Of the superuser `postgres`; fixed when the cluster is made. */
  readonly superuserPassword: string
}

export interface RunningPostgres {
  readonly superuserUrl: string
  readonly pid: number
  readonly ended: Promise<string>
  stop(): Promise<void>
}

/**
 * What differs from Postgres's defaults. Nothing here weakens durability: `fsync`, `synchronous_commit` and
 * `full_page_writes` stay on.
 */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // A socket's path may have 107 bytes at most; loopback serves as well.
  unix_socket_directories: '',
  // The API, workers, tests in parallel and a benchmark beside them, each with a pool.
  max_connections: '200',
  shared_buffers: '256MB',
  // Fewer checkpoints: each makes the next change of every page write the whole page to the log.
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  wal_buffers: '16MB',
  random_page_cost: '1.1',
  // Hot accounts are updated thousands of times a second: their dead rows must go before they slow the reads.
  autovacuum_naptime: '10s',
  // Statements are short and prepared: compiling one costs more than running it.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A failing statement's text or row may hold personal data, which no log may.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic'
}

/** Starts an embedded Postgres 18 on the loopback interface, making its cluster the first time. */
export async function startPostgres(options: PostgresOptions, logFile: string): Promise<RunningPostgres> {
  const part = await startPart(await preparePostgres(options), logFile)
  return { superuserUrl: superuserUrl(options), pid: part.pid, ended: part.ended, stop: () => part.stop() }
}

export const superuserUrl = ({
  port,
  superuserPassword
}: Pick<PostgresOptions, 'port' | 'superuserPassword'>): string =>
  `postgres://postgres:${superuserPassword}@127.0.0.1:${port}/postgres`

/** Makes the cluster when there is none, and says how to start it. */
export async function preparePostgres(options: PostgresOptions): Promise<PartCommand> {
  const user = postgresUser()
  const { postgres, initdb } = await findPostgresBinaries(user)
  const data = join(folderWithinReach(options.directory, user), 'data')
  ensureCluster(initdb, data, options.superuserPassword, user)

  const flags = Object.entries({ ...settings, port: String(options.port) }).map(([name, value]) => `--${name}=${value}`)
  return {
    name: 'postgres',
    command: postgres,
    args: ['-D', data, ...flags],
    environment: { PATH: process.env.PATH, LC_ALL: 'C' },
    ...user,
    isReady: () => answers(superuserUrl(options)),
    // After a crash it replays the log first.
    readyLimitMs: 60_000,
    // Fast shutdown, then immediate.
    stopSignals: ['SIGINT', 'SIGQUIT'],
    stopLimitMs: 20_000
  }
}

/** Not yet while it refuses the connection or is starting up (57P03); anything else is an error worth seeing. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === '28P01') throw new Error('the superuser password in secrets.json is not the one of this cluster')
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
