import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'

const directory = new URL('./migrations/', import.meta.url)
const grants = new URL('./grants.sql', import.meta.url)

/** Any number: it only has to be the same for every process that migrates. */
const LOCK = 7_202_611

/**
 * Brings the database up to the newest migration, then gives the application role exactly what `grants.sql` lists.
 * Safe to call from several processes at once (an advisory lock), and again (it does nothing).
 * @param movableClock lets the application move the business clock: for local and test mode only.
 * @throws {Error} when a migration that was applied has been edited since: they are numbered, named, never edited.
 */
export async function migrate(
  ownerUrl: string,
  appRole: string,
  { movableClock = false }: { movableClock?: boolean } = {}
): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'coffer-migrate' })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK])
    await client.query(
      'create table if not exists schema_migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())'
    )
    const applied = await applyNewOnes(client)
    await client.query((await readFile(grants, 'utf8')).replaceAll(':app_role', pg.escapeIdentifier(appRole)))
    if (movableClock)
      await client.query(`grant execute on function set_business_clock(bigint) to ${pg.escapeIdentifier(appRole)}`)
    return { applied }
  } finally {
    await client.end()
  }
}

async function applyNewOnes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from schema_migration')
  const known = new Map(rows.map(({ name, checksum }) => [name, checksum]))
  const applied: string[] = []
  for (const name of (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort()) {
    const sql = await readFile(new URL(name, directory), 'utf8')
    const checksum = createHash('sha256').update(sql).digest('hex')
    const before = known.get(name)
    if (before === checksum) continue
    if (before !== undefined)
      throw new Error(`migration ${name} was edited after it was applied: write a new one instead`)
    await inTransaction(client, async () => {
      await client.query(sql)
      await client.query('insert into schema_migration (name, checksum) values ($1, $2)', [name, checksum])
    })
    applied.push(name)
  }
  return applied
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await work()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
