import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { inTransaction } from '../db/in-transaction.ts'
import { currency } from '../domain/currencies.ts'
import { ibanAt } from '../domain/iban.ts'
import { idOf } from '../domain/ids.ts'
import type { OperatorKeys, SeededCustomer } from '../local/credentials.ts'
import { seedPerson, seedRecords, type SeedTarget } from '../local/seed-records.ts'
import { writePrivately } from '../local/secrets.ts'
import { settlementAccountDatum } from '../store/kyb-profile.ts'
import { insertMerchant } from '../store/merchant.ts'
import { putPersonal } from '../store/personal.ts'

/** Who uses the system while it is broken. */
export interface People {
  readonly keys: OperatorKeys
  readonly customers: readonly SeededCustomer[]
  /** The first one holds the key `keys.merchant`; the others get shares. */
  readonly merchants: readonly string[]
}

/** Of all who register themselves: whoever resumes a run can go on for them. */
export const newcomerPassword = 'correct horse battery'

const CUSTOMERS = 10
const SELLERS = 3

const fileIn = (home: string): string => join(home, 'people.json')

export const hasPeople = (home: string): boolean => existsSync(fileIn(home))

/** Makes them once, and writes down who they are: the next start in the same folder finds them. */
export async function ensurePeople(home: string, target: SeedTarget): Promise<People> {
  const file = fileIn(home)
  if (hasPeople(home)) return JSON.parse(readFileSync(file, 'utf8')) as People
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
  return { keys, customers, merchants: [seed.merchant_id, ...(await makeSellers(target))] }
}

/** The first two have a bank account to be paid on, one at each bank; what is the third one's stays with us. */
async function makeSellers({ db, vault }: SeedTarget): Promise<string[]> {
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
  for (const [index, bank] of (['b', 'a'] as const).entries())
    await putPersonal(db, vault, ids[index]!, settlementAccountDatum(ibanAt(bank, '000000', `5555${index}000`)))
  return ids
}
