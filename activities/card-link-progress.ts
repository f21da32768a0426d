import type { CardLinkState } from '../domain/card-link.ts'
import type { Accepted, CardLinkOrder, Progress, Start } from '../domain/orders.ts'
import type { CardLinkPolicy } from '../domain/policy/index.ts'
import type { CardLink } from '../store/card-link.ts'

export type CardLinkStart = Start<CardLinkOrder, CardLinkPolicy>

/** Instants are RFC 3339 in business time. */
export interface CardLinkProgress extends Progress<CardLinkState> {
  readonly created_at: string
  /** From then on the acquirer may have been asked. */
  readonly sent_at?: string
}

export type CardLinkAccepted = Accepted<CardLinkProgress>

export const toCardLinkProgress = (link: CardLink): CardLinkProgress => ({
  id: link.id,
  state: link.state,
  version: link.version,
  created_at: link.createdAt.toISOString(),
  ...(link.declineCode !== null && { decline_code: link.declineCode }),
  ...(link.sentAt && { sent_at: link.sentAt.toISOString() })
})
