import type { CurrencyCode } from '../domain/currencies.ts'
import { ibanAt } from '../domain/iban.ts'
import { bankNames, type BankName, type JournalLine } from './bank-types.ts'
import type { StatedLine } from './statement-faults.ts'

/** One day of our account at a bank in one currency, in minor units. */
export interface Statement {
  readonly bank: BankName
  readonly iban: string
  readonly date: string
  readonly currency: CurrencyCode
  readonly opening: bigint
  readonly entries: readonly StatedLine[]
  readonly closing: bigint
}

const ownIbans = Object.fromEntries(bankNames.map((bank) => [bank, ibanAt(bank, '000000', '00000001')]))

/** The IBAN of our own account at a bank. */
export const ownIban = (bank: BankName): string => ownIbans[bank]!

/** @param date a UTC day by the sandbox's own clock. One statement for each currency that the account has ever had. */
export function statementsOf(bank: BankName, stated: readonly StatedLine[], date: string): Statement[] {
  const currencies = [...new Set(stated.map(({ currency }) => currency))].sort()
  return currencies.map((currency) => {
    const lines = stated.filter((line) => line.currency === currency)
    const opening = sumOf(lines.filter((line) => line.stated_on < date))
    const entries = lines.filter((line) => line.stated_on === date)
    return { bank, iban: ownIban(bank), date, currency, opening, entries, closing: opening + sumOf(entries) }
  })
}

const sumOf = (lines: readonly JournalLine[]): bigint =>
  lines.reduce((sum, { amount, direction }) => (direction === 'in' ? sum + BigInt(amount) : sum - BigInt(amount)), 0n)
