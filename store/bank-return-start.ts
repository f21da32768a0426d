import type { BankReturnId } from '../domain/ids.ts'
import type { BankReturnOrder, Start } from '../domain/orders.ts'
import { bankReturnPolicy, type BankReturnPolicy, type Policy } from '../domain/policy/index.ts'
import { derivedId } from './derived-id.ts'

/** The start argument of a return's run: the same for the same return, whoever has heard of it, and however often. */
export function bankReturnStart(order: BankReturnOrder, policy: Policy): Start<BankReturnOrder, BankReturnPolicy> {
  const { bank, reference } = order
  const id = bankReturnIdOf(order)
  return {
    id,
    order,
    policy: bankReturnPolicy(policy),
    fingerprint: `${bank}/${reference}`,
    actor: `bank-${bank}`,
    requestId: id
  }
}

/** One return of one bank is one record. */
const bankReturnIdOf = ({ bank, reference }: BankReturnOrder): BankReturnId => derivedId('ret', `${bank}\n${reference}`)
