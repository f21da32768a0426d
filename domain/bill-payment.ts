import { defineStates } from './transitions.ts'

export type BillPaymentState =
  'announced' | 'awaiting_approval' | 'processing' | 'awaiting_funds' | 'paid' | 'skipped' | 'canceled' | 'failed'

/**
 * A bill payment's life (ARCHITECTURE.md, "States"). One that is due at once passes through `announced` in its first unit.
 * What the books, the network or its last attempt refuse is `failed`; so is what an operator gives up with proof. Unknown
 * stays `processing`.
 */
export const billPaymentStates = defineStates<BillPaymentState>({
  start: ['announced'],
  announced: ['awaiting_approval', 'processing', 'skipped', 'canceled'],
  awaiting_approval: ['processing', 'skipped', 'canceled'],
  processing: ['paid', 'awaiting_funds', 'failed'],
  awaiting_funds: ['processing', 'failed', 'canceled']
})

/** What becomes of an occurrence that nobody has approved in time. */
export type LatePolicy = 'pay_late' | 'skip' | 'ask'
