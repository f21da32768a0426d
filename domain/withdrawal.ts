import { defineStates } from './transitions.ts'

export type WithdrawalState =
  'requires_action' | 'in_review' | 'processing' | 'succeeded' | 'declined' | 'failed' | 'canceled' | 'expired'

/**
 * A withdrawal's life (ARCHITECTURE.md, "States"). `failed` is an operator's write-off with proof; an unknown stays
 * `processing`. What cannot be held any more when the customer confirms it is `declined`.
 */
export const withdrawalStates = defineStates<WithdrawalState>({
  start: ['requires_action', 'in_review', 'processing', 'declined'],
  in_review: ['requires_action', 'processing', 'declined', 'canceled'],
  requires_action: ['processing', 'declined', 'canceled', 'expired'],
  processing: ['succeeded', 'declined', 'failed']
})
