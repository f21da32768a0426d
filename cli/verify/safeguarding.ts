import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { currency, exponentOf } from '../../domain/currencies.ts'
import type { ReferenceRates } from '../../domain/reference-rates.ts'

/** What we owe to customers, merchants and those they pay through us. Rewards become money when they are redeemed. */
const LIABILITIES = [
  ...['wallet', 'merchant_payable', 'merchant_reserve', 'transfer_escrow', 'refund_payable', 'settlement_payable'],
  ...['biller_payable', 'remittance_payable', 'dispute_reserve']
]

/** Decimal places of the common unit: no currency's exponent and no rate's decimals together reach it. */
const SCALE = 18

/**
 * Safeguarding: what customers and merchants are owed is covered by what the banks hold for us, cash and in
 * transit, all in US dollars at the reference rates.
 * @returns the breach in words.
 * @throws {RangeError} when money stands in a currency without a reference rate: then nothing is known.
 */
export async function findSafeguardingBreach(db: Kysely<Database>, rates: ReferenceRates): Promise<string | undefined> {
  const { rows } = await sql<{ currency: string; owed: string; held: string }>`
    select currency, coalesce(sum(credits_posted - debits_posted) filter (where kind = any (${LIABILITIES}::text[])), 0) as owed,
        coalesce(sum(debits_posted - credits_posted) filter (where kind in ('bank_cash', 'bank_in_transit')), 0) as held
      from ledger_account group by currency`.execute(db)
  const total = (side: 'owed' | 'held') =>
    rows.reduce((sum, row) => sum + inDollars(BigInt(row[side]), row.currency, rates), 0n)
  const [owed, held] = [total('owed'), total('held')]
  if (owed <= held) return undefined
  return `${dollars(owed)} USD are owed to customers and merchants, ${dollars(held)} USD are at the banks`
}

/** Exact, in 10⁻¹⁸ US dollars. */
function inDollars(amount: bigint, code: string, rates: ReferenceRates): bigint {
  if (amount === 0n) return 0n
  const rate = code === 'USD' ? '1' : rates[code]
  if (rate === undefined) throw new RangeError(`no reference rate for ${code}`)
  const [whole, decimals = ''] = rate.split('.')
  return amount * BigInt(`${whole}${decimals}`) * 10n ** BigInt(SCALE - decimals.length - exponentOf(currency(code)))
}

const dollars = (amount: bigint): string => {
  const cents = (amount / 10n ** BigInt(SCALE - 2)).toString().padStart(3, '0')
  return `${cents.slice(0, -2)}.${cents.slice(-2)}`
}
