import { createHash } from 'node:crypto'
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import type { Database } from './schema.ts'

export interface DatabaseHandle {
  readonly db: Kysely<Database>
  readonly pool: pg.Pool
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly url: string
  readonly poolMax?: number
  /** Shows in pg_stat_activity: which part of Coffer this connection belongs to. */
  readonly applicationName?: string
  /** A server that stops answering is noticed after this long, and the statement fails (retried by key). */
  readonly queryTimeoutMs?: number
}

const int8 = 20
const int8Array = 1016
const date = 1082
const numeric = 1700

/** pg's own defaults lose money (int8 as string, so `+` concatenates) and days (date as local midnight). */
const parsers = new Map<number, (text: string) => unknown>([
  [int8, (text) => BigInt(text)],
  [int8Array, (text) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(BigInt))],
  [date, (text) => text],
  [numeric, (text) => text]
])

const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary'): unknown =>
    (format !== 'binary' && parsers.get(oid)) || pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser
}

/** Opens a pool; a connection is made with the first statement. Errors of idle connections are dropped: the pool replaces them. */
export function connect({
  url,
  poolMax = 16,
  applicationName = 'coffer',
  queryTimeoutMs = 30_000
}: ConnectOptions): DatabaseHandle {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolMax,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    // Statements that are sent without awaiting the one before share a round trip; the posting queue does that.
    pipeline: true,
    types
  })
  pool.on('error', () => undefined)
  // A connection that breaks while someone has it says so twice: to the statement, whose caller hears of it, and here,
  // where nobody listening would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: preparing(pool) }) })
  return { db, pool, close: () => db.destroy() }
}

/**
 * kysely sends each statement to be parsed and planned anew; a name makes Postgres keep the plan a connection (a join of
 * five tables is planned in more time than it runs). The number of names is the number of statements in the code.
 */
function preparing(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>()
  const nameOf = (text: string): string => {
    const known = names.get(text)
    if (known !== undefined) return known
    const name = `k${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
    names.set(text, name)
    return name
  }
  return {
    connect: async () => {
      const client = await pool.connect()
      return {
        query: (query: unknown, values?: readonly unknown[]) =>
          typeof query === 'string' && values !== undefined && values.length > 0
            ? client.query({ name: nameOf(query), text: query, values: [...values] })
            : client.query(query as string, values as unknown[]),
        release: () => client.release()
      } as unknown as PostgresPoolClient
    },
    end: () => pool.end()
  }
}
