import { outcomeOf, type DisputeEnding, type DisputeState } from './dispute.ts'
import type { Fault } from './dispute-rules.ts'
import { defineStates } from './transitions.ts'

export type ConcessionState = 'in_review' | 'granted' | 'declined' | 'rejected'

/** What we give up of our own (ARCHITECTURE.md, "States"). `declined`: by then there was nothing left to give up. */
export const concessionStates = defineStates<ConcessionState>({
  start: ['in_review', 'granted', 'declined'],
  in_review: ['granted', 'declined', 'rejected']
})

/** `goodwill`: to a customer whose dispute the merchant has won; `merchant_debt`: what a merchant owes and will not pay. */
export const concessionKinds = ['goodwill', 'merchant_debt'] as const
export type ConcessionKind = (typeof concessionKinds)[number]

/** What goodwill is judged on; amounts in minor units. */
interface Lost {
  readonly state: DisputeState
  readonly ending: DisputeEnding | null
  readonly amount: bigint
  readonly goodwill: bigint
  /** A second stage was asked for: it decides. */
  readonly isFollowed: boolean
}

/** Why the customer does not get so much; undefined: they do. Once a dispute, for one that is over and that they have lost. */
export function goodwillFault(
  { state, ending, amount, goodwill, isFollowed }: Lost,
  wanted: bigint
): Fault | undefined {
  if (state !== 'won' || outcomeOf(state, ending) !== 'merchant') return { code: 'state_conflict', data: { state } }
  if (isFollowed) return { code: 'state_conflict', data: { state, reason: 'second_stage' } }
  if (goodwill > 0n) return { code: 'state_conflict', data: { state, reason: 'given' } }
  return wanted > amount ? { code: 'amount_not_disputable', data: { remaining: amount.toString() } } : undefined
}

/** What a merchant has with us and owes us, in minor units. */
interface Owing {
  readonly payable: bigint
  readonly reserve: bigint
  readonly receivable: bigint
}

/** Why so much is not given up; undefined: it is. Whoever has money with us pays with that first. */
export function merchantDebtFault({ payable, reserve, receivable }: Owing, wanted: bigint): Fault | undefined {
  if (payable > 0n || reserve > 0n) return { code: 'state_conflict', data: { reason: 'has_money' } }
  return wanted > receivable ? { code: 'amount_not_disputable', data: { remaining: receivable.toString() } } : undefined
}
