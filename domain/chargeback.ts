import type { DisputeReason } from './dispute.ts'

/** An acquirer's name of a chargeback. */
export const CHARGEBACK_ID = /^cbk_[0-9a-f]{32}$/

/**
 * Why a card holder has had money taken back, in the words of our disputes. Issuers say it in their scheme's codes: Visa's dispute
 * conditions, Mastercard's message reason codes; other schemes, and our sandbox, by words.
 */
export function reasonOf(code: string): DisputeReason {
  const exact = byCode.get(code)
  if (exact) return exact
  // Visa: 10 is fraud, 11 an authorization that was missing, 12 an error of processing, 13 the consumer's own complaint.
  if (/^1[01]\./.test(code)) return 'fraud'
  return code.startsWith('12.') ? 'wrong_amount' : 'not_as_described'
}

const byCode: ReadonlyMap<string, DisputeReason> = new Map([
  ['fraud', 'fraud'],
  ['unauthorized', 'unauthorized'],
  ['not_received', 'not_received'],
  ['duplicate', 'duplicate'],
  ['wrong_amount', 'wrong_amount'],
  ['not_as_described', 'not_as_described'],
  ['credit_not_processed', 'credit_not_processed'],
  ['12.6', 'duplicate'],
  ['13.1', 'not_received'],
  ['13.6', 'credit_not_processed'],
  ['13.7', 'credit_not_processed'],
  ['4808', 'fraud'],
  ['4834', 'duplicate'],
  ['4837', 'fraud'],
  ['4840', 'fraud'],
  ['4849', 'fraud'],
  ['4853', 'not_as_described'],
  ['4855', 'not_received'],
  ['4860', 'credit_not_processed'],
  ['4863', 'fraud'],
  ['4870', 'fraud'],
  ['4871', 'fraud']
])

/** What of a chargeback the payee answers for; what was given back already the customer has twice, and owes. */
export function shareOfMerchant(
  amount: bigint,
  {
    captured,
    refunded,
    disputed,
    returned
  }: Readonly<Record<'captured' | 'refunded' | 'disputed' | 'returned', bigint>>
): bigint {
  const left = captured - refunded - disputed - returned
  return left <= 0n ? 0n : left < amount ? left : amount
}
