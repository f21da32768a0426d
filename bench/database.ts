import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../db/migrate.ts'
import { appRole, ensureDatabase, type DatabaseUrls } from '../local/ensure-database.ts'
import { freePorts } from '../local/free-ports.ts'
import { deleteCluster } from '../local/fresh.ts'
import { startPostgres } from '../local/postgres.ts'

export interface BenchDatabase extends DatabaseUrls {
  readonly superuserUrl: string
  stop(): Promise<void>
}

/** A Postgres of its own with the product's settings and a migrated, empty database; deleted when it stops. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-bench-'))
  const [port] = await freePorts(1)
  const secret = () => randomBytes(16).toString('hex')
  const options = { directory: join(directory, 'postgres'), port: port!, superuserPassword: secret() }
  const postgres = await startPostgres(options, join(directory, 'postgres.log'))
  const passwords = { ownerPassword: secret(), appPassword: secret() }
  const urls = await ensureDatabase(postgres.superuserUrl, { name: 'coffer_bench', ...passwords })
  await migrate(urls.ownerUrl, appRole)
  return {
    ...urls,
    superuserUrl: postgres.superuserUrl,
    async stop() {
      await postgres.stop()
      deleteCluster(join(directory, 'postgres'))
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
