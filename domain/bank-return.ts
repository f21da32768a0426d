import { defineStates } from './transitions.ts'

export type BankReturnState = 'received' | 'recovered' | 'receivable' | 'written_off'

/** A return's life (ARCHITECTURE.md, "States"). `receivable`: the wallet no longer had all of it, and its owner owes the rest. */
export const bankReturnStates = defineStates<BankReturnState>({
  start: ['received'],
  received: ['recovered', 'receivable'],
  receivable: ['recovered', 'written_off']
})
