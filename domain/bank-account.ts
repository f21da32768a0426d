import type { ProblemCode } from './errors.ts'
import { UNAUTHORIZED } from './return-window.ts'

/** Why a linked account is suspended, as its owner reads it; what an operator says beside it is in the audit log. */
export const suspensionCodes = ['account_closed', 'unauthorized', 'under_review'] as const
export type SuspensionCode = (typeof suspensionCodes)[number]

/** What a bank's reason for a return means for the account; undefined: it may be used again. */
export function suspensionBy(operation: 'pull' | 'push', reason: string): SuspensionCode | undefined {
  if (reason === 'account_closed') return 'account_closed'
  return operation === 'pull' && reason === UNAUTHORIZED ? 'unauthorized' : undefined
}

/** Why a bank is not told of an instruction that was taken in before its account was suspended. */
export const SUSPENDED = 'bank_account_suspended' satisfies ProblemCode

/**
 * Whether an instruction that is asked about may end as declined.
 * @param unsent an attempt has told the bank nothing, and found out itself why not. One that was thought dead may have sent
 * it all the same: then only the bank's word ends it.
 */
export const mayEnd = (
  { state, sentAt }: { readonly state: string; readonly sentAt: Date | null },
  unsent: boolean
): boolean => state === 'processing' && !(unsent && sentAt !== null)
