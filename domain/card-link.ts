import { defineStates } from './transitions.ts'

export type CardLinkState = 'verifying' | 'linked' | 'failed' | 'expired' | 'canceled'

/**
 * How a card becomes a customer's (ARCHITECTURE.md, "States"); what happens to a linked one is on its row. `expired`: the
 * acquirer could not say for a day whether the card is good.
 */
export const cardLinkStates = defineStates<CardLinkState>({
  start: ['verifying'],
  verifying: ['linked', 'failed', 'expired', 'canceled']
})
