// npm run seed: two customers, a merchant, keys and the banks' opening capital, for trying Coffer out elsewhere than by
// `npm start`. Prints the credentials, which nobody can read back, as JSON. Refuses a database that has a merchant.
import { loadConfig } from '../config.ts'
import { connect } from '../db/connect.ts'
import { seedRecords } from '../local/seed-records.ts'
import { createVault } from '../store/vault.ts'

const config = loadConfig()
const database = connect({ url: config.DATABASE_URL, poolMax: 2, applicationName: 'coffer-seed' })
try {
  const merchant = await database.db.selectFrom('merchant').select('id').limit(1).executeTakeFirst()
  if (merchant) throw new Error('The database has a merchant already: only an empty one is seeded')
  const seeded = await seedRecords(
    { ...database, vault: createVault(config.COFFER_MASTER_KEY) },
    { withBench: config.COFFER_MODE !== 'production' }
  )
  console.log(JSON.stringify(seeded, null, 2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await database.close()
}
