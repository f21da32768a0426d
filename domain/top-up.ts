import { defineStates } from './transitions.ts'

export type TopUpState =
  'requires_action' | 'in_review' | 'processing' | 'succeeded' | 'declined' | 'failed' | 'canceled' | 'expired'

/** A top-up's life (ARCHITECTURE.md, "States"). `failed` is an operator's write-off with proof; an unknown stays `processing`. */
export const topUpStates = defineStates<TopUpState>({
  start: ['requires_action', 'in_review', 'processing', 'declined'],
  in_review: ['requires_action', 'processing', 'declined', 'canceled'],
  requires_action: ['processing', 'canceled', 'expired'],
  processing: ['succeeded', 'declined', 'failed']
})
