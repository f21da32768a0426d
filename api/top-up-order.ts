import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import { toWire, type Money } from '../domain/money.ts'
import type { TopUpOrder } from '../domain/orders.ts'
import { findCard } from '../store/card.ts'
import { bankOrderOf } from './bank-order.ts'
import type { Owner } from './caller.ts'
import type { ApiDeps } from './deps.ts'
import { ownWallet } from './own-wallet.ts'

interface Requested {
  readonly wallet_id: string
  /** One of these two. */
  readonly bank_account_id?: string | undefined
  readonly card_id?: string | undefined
  readonly amount: Money
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * The order to top a wallet up from a bank account or a card of the same customer.
 * @throws {Refusal} `not_found` for what is not there, someone else's, or not the same customer's; `currency_mismatch`
 */
export async function topUpOrderOf(
  db: ApiDeps['db'],
  { wallet_id, bank_account_id, card_id, amount, metadata }: Requested,
  mustOwn: (owner: Owner) => void
): Promise<{ order: TopUpOrder; customerId: CustomerId }> {
  if (bank_account_id !== undefined) return bankOrderOf(db, { wallet_id, bank_account_id, amount, metadata }, mustOwn)
  const wallet = await ownWallet(db, wallet_id, mustOwn)
  const card = await findCard(db, card_id!)
  if (card?.customerId !== wallet.customerId) throw new Refusal('not_found', { pointer: '/card_id' })
  if (amount.currency !== wallet.currency) throw new Refusal('currency_mismatch')
  return {
    order: { wallet_id: wallet.id, card_id: card.id, amount: toWire(amount), metadata },
    customerId: wallet.customerId
  }
}
