import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CardKind } from './card-link.ts'
import { findPersonal, putPersonal, type PersonalDatum } from './personal.ts'
import type { Vault } from './vault.ts'

/** What the acquirer says of a card: its kind, and its last digits, by which its owner knows it. */
export interface CardDetails extends CardKind {
  readonly last4: string
}

interface Whose {
  readonly id: string
  readonly customerId: string
}

/** Seals them under the card's id. What stands there stays: a late second answer of the acquirer's changes nothing. */
export async function keepCardDetails(
  db: Kysely<Database>,
  vault: Vault,
  { id: reference, customerId }: Whose,
  { fingerprint, brand, funding, expiry, last4 }: CardDetails & { readonly fingerprint: string }
): Promise<void> {
  const details: CardDetails = { brand, funding, expiry, last4 }
  const sealed = { reference, onlyFirst: true }
  await putPersonal(db, vault, customerId, { kind: 'card_details', value: JSON.stringify(details), ...sealed })
  await putPersonal(db, vault, customerId, { kind: 'card_fingerprint', value: fingerprint, ...sealed })
}

/** Undefined while the acquirer has said nothing, and once the customer was erased. */
export async function findCardDetails(
  db: Kysely<Database>,
  vault: Vault,
  { id, customerId }: Whose
): Promise<CardDetails | undefined> {
  return cardDetailsIn(await findPersonal(db, vault, customerId, ['card_details'], id), id)
}

/** The same, among what is known of a customer's cards. */
export function cardDetailsIn(known: readonly PersonalDatum[], cardId: string): CardDetails | undefined {
  const datum = known.find(({ reference }) => reference === cardId)
  return datum && (JSON.parse(datum.value) as CardDetails)
}
