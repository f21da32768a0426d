import type { BankReturnState } from '../domain/bank-return.ts'
import { toWire, type WireMoney } from '../domain/money.ts'
import type { BankReturnOrder, Progress, Start } from '../domain/orders.ts'
import type { BankReturnPolicy } from '../domain/policy/index.ts'
import type { BankReturn } from '../store/bank-return.ts'

export type BankReturnStart = Start<BankReturnOrder, BankReturnPolicy>

export interface BankReturnProgress extends Progress<BankReturnState> {
  readonly original_id: string
  readonly amount: WireMoney
  readonly outstanding: WireMoney
}

export const toBankReturnProgress = (bankReturn: BankReturn): BankReturnProgress => {
  const { id, state, version, currency, originalId } = bankReturn
  return {
    id,
    state,
    version,
    original_id: originalId,
    amount: toWire({ amount: bankReturn.amount, currency }),
    outstanding: toWire({ amount: bankReturn.outstanding, currency })
  }
}
