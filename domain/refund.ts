import { defineStates } from './transitions.ts'

export type RefundState = 'pending' | 'processing' | 'succeeded' | 'canceled' | 'failed'

/**
 * A refund's life (ARCHITECTURE.md, "States"). `pending`: the merchants do not have the money yet, and nothing has moved.
 * `processing`: it is with a bank, or the acquirer. What they decline goes to the wallet, which is a success as well.
 * `failed`: finance said that the money never comes, or somebody else was faster.
 */
export const refundStates = defineStates<RefundState>({
  start: ['pending', 'processing'],
  pending: ['processing', 'canceled', 'failed'],
  processing: ['succeeded', 'failed']
})
