import type { AccountKind } from './account-kinds.ts'

/**
 * Where finance may put what a statement leaves to be explained. A wallet only takes what came in and waits on suspense: a
 * customer's money that arrived without a reference.
 */
export const adjustmentAccounts = [
  'wallet',
  'bank_fee_expense',
  'credit_loss_expense',
  'interest_income',
  'recovery_income',
  'capital'
] as const satisfies readonly AccountKind[]

export type AdjustmentAccount = (typeof adjustmentAccounts)[number]
