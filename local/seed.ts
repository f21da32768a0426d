import { connect } from '../db/connect.ts'
import { inTransaction } from '../db/in-transaction.ts'
import { findMerchant } from '../store/merchant.ts'
import { createVault } from '../store/vault.ts'
import { waitUntil } from './wait-until.ts'
import type { Seed, Seeded } from './credentials.ts'
import { seedBillers } from './seed-billers.ts'
import { seedRecords } from './seed-records.ts'

/** 100,000.00 USD for the load generator's customer, by an ordinary top-up through bank A. */
const BENCH_TOP_UP = { amount: '10000000', currency: 'USD' }

/** Seeds a new installation; one that was seeded before is found by what the former start wrote down. */
export const seed: Seed = async ({ config, apiUrl, former, remember }) => {
  const database = connect({ url: config.DATABASE_URL, poolMax: 4, applicationName: 'coffer-seed' })
  try {
    const known = former && (await findMerchant(database.db, former.seed.merchant_id))
    const seeded = known
      ? { keys: former.keys, seed: { ...former.seed, biller_id: await seedBillers(database.db) } }
      : await inTransaction(database.db, async (db) => {
          const made = await seedRecords({ db, pool: database.pool, vault: createVault(config.COFFER_MASTER_KEY) })
          remember(made)
          return made
        })
    await topUpBench(apiUrl, seeded)
    return seeded
  } finally {
    await database.close()
  }
}

/** The same idempotency key at every start: the money comes once. */
async function topUpBench(apiUrl: string, { keys, seed }: Seeded): Promise<void> {
  const bench = seed.customers.find(({ policy }) => policy === 'unlimited')
  if (!bench) return
  const headers = { authorization: `Bearer ${keys.service}`, 'content-type': 'application/json' }
  const response = await fetch(`${apiUrl}/v1/top-ups`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': 'seed-bench-top-up' },
    body: JSON.stringify({
      wallet_id: bench.wallet_id,
      bank_account_id: bench.bank_account_id,
      amount: BENCH_TOP_UP
    })
  })
  const topUp = (await response.json()) as { id: string; code?: string }
  if (response.status !== 201) throw new Error(`the bench wallet was not topped up: ${response.status} ${topUp.code}`)
  const succeeded = async () => {
    const read = await fetch(`${apiUrl}/v1/top-ups/${topUp.id}`, { headers })
    return ((await read.json()) as { state: string }).state === 'succeeded'
  }
  await waitUntil(succeeded, { limitMs: 30_000, otherwise: `the bench wallet's top-up ${topUp.id} did not succeed` })
}
