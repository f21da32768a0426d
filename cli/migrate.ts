// npm run migrate: brings the database up to date, once, before API and worker start. Exit code 0 when it is.
import { loadMigrateConfig } from '../config.ts'
import { migrate } from '../db/migrate.ts'

try {
  const { DATABASE_OWNER_URL, DATABASE_URL } = loadMigrateConfig()
  // The grants go to whoever the application connects as.
  const applicationRole = decodeURIComponent(new URL(DATABASE_URL).username)
  const { applied } = await migrate(DATABASE_OWNER_URL, applicationRole)
  for (const name of applied) console.log(`applied ${name}`)
  console.log(applied.length === 0 ? 'The database is up to date.' : 'The database is up to date now.')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
