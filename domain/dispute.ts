import { defineStates } from './transitions.ts'

export type DisputeState =
  'inquiry' | 'needs_response' | 'under_review' | 'closed' | 'accepted' | 'expired' | 'withdrawn' | 'won' | 'lost'

/**
 * A dispute's life (ARCHITECTURE.md, "States"). Won and lost are the merchant's; customers read `outcome`. A second stage
 * is a second record.
 */
export const disputeStates = defineStates<DisputeState>({
  start: ['inquiry', 'needs_response'],
  inquiry: ['closed', 'needs_response'],
  needs_response: ['under_review', 'accepted', 'expired', 'withdrawn'],
  under_review: ['won', 'lost', 'withdrawn']
})

export const disputeReasons = [
  'fraud',
  'not_received',
  'duplicate',
  'wrong_amount',
  'not_as_described',
  'credit_not_processed',
  'unauthorized'
] as const
export type DisputeReason = (typeof disputeReasons)[number]

/** Ways to end that give the merchant their money back; what the customer was credited meanwhile is taken back after a notice. */
export type DisputeEnding = 'won' | 'withdrawn' | 'closed'

/** Who has something to say about it. */
export type DisputeParty = 'customer' | 'merchant'

/** Who is right, where that has been said. */
export function outcomeOf(state: DisputeState, ending: DisputeEnding | null): DisputeParty | undefined {
  if (state === 'lost' || state === 'accepted' || state === 'expired') return 'customer'
  return state === 'won' || ending === 'won' ? 'merchant' : undefined
}

/** What a merchant may be able to explain begins with a question; what somebody else has done does not. */
export const beginsWithInquiry = (reason: DisputeReason, isSecondStage: boolean): boolean =>
  !isSecondStage && reason !== 'fraud' && reason !== 'unauthorized'
