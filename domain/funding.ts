import type { ProblemCode } from './errors.ts'
import { idOf, type BankAccountId, type CardId } from './ids.ts'
import type { PaymentOrder, TopUpOrder } from './orders.ts'

/**
 * What a payment is paid from. Everything but the balance has to be asked for outside, goes out once under the payment's
 * id, and passes through the wallet in the unit that books it.
 */
export type Funding = { readonly type: 'balance' } | OutsideFunding

export type OutsideFunding =
  | { readonly type: 'bank_account'; readonly id: BankAccountId; readonly bank: 'a' | 'b' }
  | { readonly type: 'card'; readonly id: CardId }

/** What was ordered, on record: absent is the balance. */
export function fundingOf({ funding, bank }: Pick<PaymentOrder, 'funding' | 'bank'>): Funding {
  if (funding === undefined) return { type: 'balance' }
  if (funding.type === 'card') return { type: 'card', id: idOf('crd', funding.id) }
  return { type: funding.type, id: idOf('ban', funding.id), bank: bank! }
}

/** The same of a top-up, which never comes from the balance. */
export const topUpFundingOf = (order: TopUpOrder): OutsideFunding =>
  'card_id' in order
    ? { type: 'card', id: idOf('crd', order.card_id) }
    : { type: 'bank_account', id: idOf('ban', order.bank_account_id), bank: order.bank }

/** Whether what a customer has linked may be drawn on, or paid out to, as far as we know. */
export type SourceState = 'usable' | 'suspended' | 'closed' | 'expired'

/** Why it may not; undefined: it may. */
export function sourceRefusal(source: SourceState | undefined): ProblemCode | undefined {
  switch (source) {
    case 'closed':
      return 'account_closed'
    case 'suspended':
      return 'bank_account_suspended'
    case 'expired':
      return 'card_expired'
    default:
      return undefined
  }
}

/** The way that the money takes: what kill switches, search attributes and records call it. */
export type Rail = 'balance' | 'acquirer' | `bank_${'a' | 'b'}`

export function railOf(funding: Funding): Rail {
  if (funding.type === 'bank_account') return `bank_${funding.bank}`
  return funding.type === 'card' ? 'acquirer' : 'balance'
}

/** Whose `bank_in_transit` the money comes from. */
export const transitOf = (funding: OutsideFunding): 'a' | 'b' | 'acquirer' =>
  funding.type === 'card' ? 'acquirer' : funding.bank
