import { Refusal } from '../domain/errors.ts'
import type { MerchantId } from '../domain/ids.ts'
import { merchantFee, type MerchantFeePolicy } from '../domain/merchant-fee.ts'
import type { Money } from '../domain/money.ts'
import type { PaymentOrder } from '../domain/orders.ts'
import { splitsFault } from '../domain/splits.ts'
import { findMerchant } from '../store/merchant.ts'
import type { Caller } from './caller.ts'
import type { ApiDeps } from './deps.ts'

interface Requested {
  readonly merchant_id: MerchantId
  readonly amount: Money
  readonly type: 'share' | 'commission'
}

/**
 * Who shares a payment, as it goes into the order. Only a backend says so: a payer could pass a merchant's money on to
 * themselves.
 * @throws {Refusal} `forbidden`, `currency_mismatch`, `not_found` for an unknown merchant, `splits_invalid`
 */
export async function splitsOrderOf(
  db: ApiDeps['db'],
  splits: readonly Requested[] | undefined,
  payment: {
    readonly payee: MerchantId
    readonly money: Money
    readonly fee: MerchantFeePolicy
    readonly caller: Caller
  }
): Promise<Pick<PaymentOrder, 'splits'>> {
  if (splits === undefined) return {}
  const { payee, money, caller } = payment
  if (caller.kind !== 'service') throw new Refusal('forbidden', { pointer: '/splits' })
  for (const [index, { merchant_id, amount }] of splits.entries()) {
    if (amount.currency !== money.currency)
      throw new Refusal('currency_mismatch', { pointer: `/splits/${index}/amount` })
    const merchant = await findMerchant(db, merchant_id)
    const pointer = `/splits/${index}/merchant_id`
    if (!merchant) throw new Refusal('not_found', { pointer })
    if (merchant.currency !== money.currency) throw new Refusal('currency_mismatch', { pointer })
  }
  const shares = splits.map(({ merchant_id: merchantId, amount: { amount } }) => ({ merchantId, amount }))
  const fee = merchantFee(money.amount, money.currency, payment.fee)
  const fault = splitsFault(shares, { payee, amount: money.amount, fee })
  if (fault)
    throw new Refusal('splits_invalid', { errors: [{ pointer: `/splits${fault.at}`, message: fault.message }] })
  return {
    splits: splits.map(({ merchant_id, amount: { amount }, type }) => ({
      merchant_id,
      amount: amount.toString(),
      type
    }))
  }
}
