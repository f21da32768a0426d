import type { ProblemCode } from './errors.ts'
import type { CardLinkPolicy } from './policy/index.ts'

/** What is known of a customer's cards when one more is to be linked. */
export interface CardLinkFacts {
  /** A kill switch is on for cards. */
  readonly suspended: boolean
  readonly linked: number
  /** Under way, without this one. */
  readonly open: number
  /** For how many the acquirer was asked in the last 24 hours, or is about to be. */
  readonly lately: number
}

/** Why the acquirer is not asked; undefined: it is. */
export function cardLinkRefusal(
  { suspended, linked, open, lately }: CardLinkFacts,
  { open_max, cards_max, per_day_max }: CardLinkPolicy['card_link']
): { readonly code: ProblemCode; readonly data: { readonly limit?: string } } | undefined {
  if (suspended) return { code: 'rail_suspended', data: {} }
  if (lately >= per_day_max) return { code: 'velocity_exceeded', data: { limit: 'cards_per_day' } }
  if (linked + open >= cards_max) return { code: 'limit_exceeded', data: { limit: 'cards' } }
  return open >= open_max ? { code: 'limit_exceeded', data: { limit: 'open_cards' } } : undefined
}
