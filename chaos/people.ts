import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { inTransaction } from '../db/in-transaction.ts'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency } from '../domain/currencies.ts'
import { idOf } from '../domain/ids.ts'
import type { OperatorKeys, SeededCustomer } from '../local/credentials.ts'
import { seedPerson, seedRecords, type SeedTarget } from '../local/seed-records.ts'
import { writePrivately } from '../local/secrets.ts'
import { insertMerchant } from '../store/merchant.ts'

/** Who uses the system while it is broken. */
export interface People {
  readonly keys: OperatorKeys
  readonly customers: readonly SeededCustomer[]
  /** The first one holds the key `keys.merchant`; the others get shares. */
  readonly merchants: readonly string[]
}

const CUSTOMERS = 10
const SELLERS = 3

/** Makes them once, and writes down who they are: the next start in the same folder finds them. */
export async function ensurePeople(home: string, target: SeedTarget): Promise<People> {
  const file = join(home, 'people.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as People
  return inTransaction(target.db, async (db) => {
    const people = await makePeople({ ...target, db })
    writePrivately(file, people)
    return people
  })
}

async function makePeople(target: SeedTarget): Promise<People> {
  const { keys, seed } = await seedRecords(target)
  const customers = [...seed.customers]
  for (let index = 0; index < CUSTOMERS; index++)
    customers.push(
      await seedPerson(target, {
        login: `chaos-${index}`,
        name: `Chaos Example ${index}`,
        tier: 2,
        bank: index % 3 === 2 ? 'b' : 'a',
        number: `4444${index}${index}00`,
        pin: '194736',
        linkedDaysAgo: 45,
        // Every other one is limited, and has to confirm now and then.
        ...(index % 2 === 0 && { policy: 'unlimited' })
      })
    )
  return { keys, customers, merchants: [seed.merchant_id, ...(await makeSellers(target.db))] }
}

async function makeSellers(db: Kysely<Database>): Promise<string[]> {
  const ids = Array.from({ length: SELLERS }, () => idOf('mer', `mer_${randomBytes(16).toString('hex')}`))
  for (const [index, id] of ids.entries())
    await insertMerchant(db, {
      id,
      name: `Seller ${index + 1}`,
      city: 'Berlin',
      country: 'DE',
      mcc: '5814',
      currency: currency('USD')
    })
  return ids
}
