import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import type { PaymentOrder } from '../domain/orders.ts'
import { findBankAccount } from '../store/bank-account.ts'
import { findCard } from '../store/card.ts'
import type { ApiDeps } from './deps.ts'

interface Requested {
  readonly funding: { readonly type: 'balance' } | { readonly type: 'bank_account' | 'card'; readonly id: string }
  readonly capture: 'automatic' | 'manual'
}

/**
 * What a customer's payment is paid from, as it goes into the order.
 * @throws {Refusal} `not_found` for what is not there, or somebody else's; `capture_not_supported`: a bank moves the money
 *   at once or not at all
 */
export async function fundingOrderOf(
  db: ApiDeps['db'],
  { funding, capture }: Requested,
  customerId: CustomerId
): Promise<Pick<PaymentOrder, 'funding' | 'bank'>> {
  if (funding.type === 'balance') return {}
  const unknown = new Refusal('not_found', { pointer: '/funding/id' })
  const source = funding.type === 'card' ? await findCard(db, funding.id) : await findBankAccount(db, funding.id)
  if (source?.customerId !== customerId) throw unknown
  if (capture === 'manual' && funding.type === 'bank_account')
    throw new Refusal('capture_not_supported', { pointer: '/capture' })
  return { funding: { type: funding.type, id: source.id }, ...('bank' in source && { bank: source.bank }) }
}
