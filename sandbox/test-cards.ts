import { passesLuhn } from '../domain/card-number.ts'
import type { KnownCard } from './card-types.ts'

type Kind = Pick<KnownCard, 'brand' | 'funding'>

/** Test cards by the first six digits; the rest is free, up to the check digit (docs/magic-values.md). */
const ranges: Readonly<Record<string, Kind>> = {
  424242: { brand: 'visa', funding: 'credit' },
  400005: { brand: 'visa', funding: 'debit' },
  411111: { brand: 'visa', funding: 'prepaid' },
  555555: { brand: 'mastercard', funding: 'credit' },
  520082: { brand: 'mastercard', funding: 'debit' },
  510510: { brand: 'mastercard', funding: 'prepaid' }
}

/** Cards that do not simply work, by their last four digits: `4000 0000 0000 ….` */
const magic: Readonly<Record<string, Kind>> = {
  '0002': { brand: 'visa', funding: 'credit' },
  '0069': { brand: 'visa', funding: 'credit' },
  '0119': { brand: 'visa', funding: 'credit' },
  '0127': { brand: 'visa', funding: 'credit' },
  '0341': { brand: 'visa', funding: 'credit' },
  '9995': { brand: 'visa', funding: 'debit' }
}
const MAGIC = /^400000000000(\d{4})$/

/** What a test card is; undefined for any other number, so that nobody's real card gets into a sandbox. */
export function testCardOf(number: string): (Kind & Pick<KnownCard, 'magic'>) | undefined {
  if (number.length !== 16 || !passesLuhn(number)) return undefined
  const last4 = MAGIC.exec(number)?.[1]
  if (last4 !== undefined) return magic[last4] && { ...magic[last4], magic: last4 }
  return ranges[number.slice(0, 6)]
}
