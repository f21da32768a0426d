import { idOf, type BankAccountId } from './ids.ts'
import type { PaymentOrder } from './orders.ts'

/**
 * What a payment is paid from. Everything but the balance has to be asked for outside, goes out once under the payment's
 * id, and passes through the wallet in the unit that books it.
 */
export type Funding = { readonly type: 'balance' } | OutsideFunding

export type OutsideFunding = {
  readonly type: 'bank_account'
  readonly id: BankAccountId
  readonly bank: 'a' | 'b'
}

/** What was ordered, on record: absent is the balance. */
export const fundingOf = ({ funding, bank }: Pick<PaymentOrder, 'funding' | 'bank'>): Funding =>
  funding === undefined ? { type: 'balance' } : { type: funding.type, id: idOf('ban', funding.id), bank: bank! }

/** The way that the money takes: what kill switches, search attributes and records call it. */
export type Rail = 'balance' | `bank_${'a' | 'b'}`

export const railOf = (funding: Funding): Rail => (funding.type === 'balance' ? 'balance' : `bank_${funding.bank}`)

/** Whose `bank_in_transit` the money comes from. */
export const transitOf = (funding: OutsideFunding): string => funding.bank
