import type { z } from 'zod'
import { findCardDetails } from '../store/card-details.ts'
import { findCard, type Card } from '../store/card.ts'
import { toCardKindView } from '../store/card-link.ts'
import type { CardReply } from './card-schemas.ts'
import type { ApiDeps } from './deps.ts'
import { answer, type Answer } from './route.ts'
import { instant } from './schemas.ts'

type View = z.input<typeof CardReply>

/** What its process says, under what the card itself is. */
export const toCardReply = (
  view: Partial<View> | Record<string, unknown>,
  card: Card | undefined,
  last4: string | undefined
): View => ({
  ...(view as View),
  ...(card && {
    id: card.id,
    object: 'card' as const,
    customer_id: card.customerId,
    state: card.state,
    ...toCardKindView(card)
  }),
  last4: last4 ?? null,
  linked_at: card ? instant(card.linkedAt) : null
})

/**
 * An answer of its process with what events do not hold: the last digits, and since when it is linked. Only for one that is
 * linked in that answer: a repeated request gets the first answer, also when the card was linked since.
 */
export async function withLastDigits(
  { db, vault }: Pick<ApiDeps, 'db' | 'vault'>,
  given: Answer<unknown>,
  whose: { readonly id: string; readonly customerId: string }
): Promise<Answer<unknown>> {
  if (given.status === 202) return given
  const linked = (given.body as Partial<View>).state === 'linked'
  const card = linked ? await findCard(db, whose.id) : undefined
  const details = linked ? await findCardDetails(db, vault, whose) : undefined
  const shown = { last4: details?.last4 ?? null, linked_at: card ? instant(card.linkedAt) : null }
  return answer(given.status, { ...(given.body as object), ...shown }, given.headers)
}
