import { defineStates } from './transitions.ts'

export type SettlementState = 'collecting' | 'processing' | 'paid' | 'failed'

/**
 * A settlement's life (ARCHITECTURE.md, "States"). What is collected may all go to what the merchant owes us: then it is
 * `paid` without a bank. `failed` with nothing collected: there was nothing to settle, or no account to pay it to.
 */
export const settlementStates = defineStates<SettlementState>({
  start: ['collecting'],
  collecting: ['processing', 'paid', 'failed'],
  processing: ['paid', 'failed']
})
