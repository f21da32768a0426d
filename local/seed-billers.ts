import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Biller } from '../domain/biller.ts'
import { currency } from '../domain/currencies.ts'
import type { BillerId } from '../domain/ids.ts'
import { derivedId } from '../store/derived-id.ts'
import { findBillerByCode, insertBiller } from '../store/biller.ts'

type Seeded = Omit<Biller, 'id' | 'state' | 'currency' | 'fee'> & { readonly currency: string; readonly fee?: bigint }

/** The one of `credentials.json`. */
const FIRST = 'city-power'

/** Of nobody; codes that begin with `slow-` give their word a minute later (docs/magic-values.md). */
export const billers: readonly Seeded[] = [
  {
    name: 'City Power',
    category: 'power',
    country: 'US',
    currency: 'USD',
    networkCode: FIRST,
    account: {
      pattern: '[0-9]{10}',
      checkDigit: 'luhn',
      example: '1000000008',
      hint: 'On the bill, upper right corner'
    },
    tellsBills: true
  },
  {
    name: 'Lakeside Water',
    category: 'water',
    country: 'US',
    currency: 'USD',
    networkCode: 'slow-lakeside-water',
    account: {
      pattern: 'LW[0-9]{8}',
      checkDigit: null,
      example: 'LW00000001',
      hint: 'LW and eight digits, on each bill'
    },
    tellsBills: true
  },
  {
    name: 'Northern Gas',
    category: 'gas',
    country: 'GB',
    currency: 'GBP',
    networkCode: 'northern-gas',
    account: { pattern: '[0-9]{10}', checkDigit: 'luhn', example: '8500000008', hint: 'On the back of the card' },
    tellsBills: true
  },
  {
    name: 'Funk und Netz',
    category: 'phone',
    country: 'DE',
    currency: 'EUR',
    networkCode: 'funk-und-netz',
    account: {
      pattern: 'RF[0-9]{12}',
      checkDigit: null,
      example: 'RF000000000001',
      hint: 'Kundennummer, beginnt mit RF'
    },
    tellsBills: true
  },
  {
    name: 'Harbour Homes',
    category: 'rent',
    country: 'US',
    currency: 'USD',
    networkCode: 'harbour-homes',
    account: { pattern: '[A-Z]{2}[0-9]{6}', checkDigit: null, example: 'HH000017', hint: 'The number of your lease' },
    tellsBills: false,
    fee: 50n
  }
]

/** Makes those that are missing, at every start. @returns the id of the first one */
export async function seedBillers(db: Kysely<Database>): Promise<BillerId> {
  for (const biller of billers) {
    const id = derivedId('bil', `seed/${biller.networkCode}`)
    await insertBiller(db, { ...biller, id, currency: currency(biller.currency), fee: biller.fee ?? 0n })
  }
  return (await findBillerByCode(db, FIRST))!.id
}
