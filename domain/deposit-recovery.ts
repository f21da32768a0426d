import { defineStates } from './transitions.ts'

export type DepositRecoveryState = 'processing' | 'succeeded' | 'declined'

/** How the two small amounts that proved an account come back from it: one pull. A declined one is our expense. */
export const depositRecoveryStates = defineStates<DepositRecoveryState>({
  start: ['processing'],
  processing: ['succeeded', 'declined']
})
