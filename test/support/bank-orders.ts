import { randomBytes } from 'node:crypto'
import { currency } from '../../domain/currencies.ts'
import { ibanAt } from '../../domain/iban.ts'
import type { Bank, BankInstruction, BankProvider } from '../../providers/bank.ts'
import { createHttpBank } from '../../providers/bank-http.ts'
import type { SandboxHandle } from './sandbox.ts'

/** A pull of 10.00 USD under a new reference, unless said otherwise; the amount is in minor units. */
export const orderAt = (bank: Bank, other: Partial<BankInstruction> & { amount?: string } = {}): BankInstruction => {
  const { amount = '1000', ...rest } = other
  return {
    bank,
    operation: 'pull',
    reference: `top_${randomBytes(16).toString('hex')}`,
    iban: ibanAt(bank, '000000', '12345678'),
    holder: 'Ada Example',
    money: { amount, currency: currency('USD') },
    ...rest
  }
}

/** Our side of the wire, against a sandbox that a test has started. */
export const bankAt = ({ url, keys }: SandboxHandle, timeoutMs = 5_000): BankProvider =>
  createHttpBank({ url, signingKey: keys.privateKey, timeoutMs })
