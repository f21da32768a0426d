import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import { toWire, type Money } from '../domain/money.ts'
import type { BankOrder } from '../domain/orders.ts'
import { findBankAccount } from '../store/bank-account.ts'
import type { Owner } from './caller.ts'
import type { ApiDeps } from './deps.ts'
import { ownWallet } from './own-wallet.ts'

interface Requested {
  readonly wallet_id: string
  readonly bank_account_id: string
  readonly amount: Money
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * The order to move money between a wallet and a bank account of the same customer, whichever way.
 * @throws {Refusal} `not_found` for what is not there, someone else's, or not the same customer's; `currency_mismatch`
 */
export async function bankOrderOf(
  db: ApiDeps['db'],
  { wallet_id, bank_account_id, amount, metadata }: Requested,
  mustOwn: (owner: Owner) => void
): Promise<{ order: BankOrder; customerId: CustomerId }> {
  const wallet = await ownWallet(db, wallet_id, mustOwn)
  const bankAccount = await findBankAccount(db, bank_account_id)
  if (bankAccount?.customerId !== wallet.customerId) throw new Refusal('not_found', { pointer: '/bank_account_id' })
  if (amount.currency !== wallet.currency) throw new Refusal('currency_mismatch')
  const order: BankOrder = {
    wallet_id: wallet.id,
    bank_account_id: bankAccount.id,
    bank: bankAccount.bank,
    amount: toWire(amount),
    metadata
  }
  return { order, customerId: wallet.customerId }
}
