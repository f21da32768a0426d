import type { ProblemCode } from './errors.ts'

/** Bank's word → ours. A reference that a bank has fenced was never received by it, and never will be. */
const known: ReadonlyMap<string, ProblemCode> = new Map([
  ['insufficient_funds', 'insufficient_funds'],
  ['account_closed', 'account_closed'],
  ['invalid_bank_account', 'invalid_bank_account'],
  ['card_declined', 'card_declined'],
  ['expired_card', 'card_expired'],
  ['invalid_token', 'card_token_invalid'],
  ['token_used', 'card_token_invalid'],
  ['reference_fenced', 'bank_not_received'],
  // Of the billers' network.
  ['biller_declined', 'biller_declined'],
  ['account_unknown', 'biller_account_unknown'],
  ['bill_not_found', 'bill_not_found'],
  ['bill_already_paid', 'bill_already_paid'],
  ['bill_canceled', 'bill_not_found'],
  ['bill_amount_differs', 'bill_amount_differs'],
  // What we find out ourselves before a bank is told.
  ['holder_mismatch', 'holder_mismatch'],
  ['bank_not_received', 'bank_not_received']
])

/** A bank's code as one of the closed union; banks invent new ones, and those are `bank_declined`. */
export const declineCodeOf = (bankCode: string): ProblemCode => known.get(bankCode) ?? 'bank_declined'
