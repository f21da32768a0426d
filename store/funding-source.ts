import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { isExpired } from '../domain/card.ts'
import type { OutsideFunding, SourceState } from '../domain/funding.ts'
import { findBankAccount, usabilityOf } from './bank-account.ts'
import { findCard } from './card.ts'

/** Whether a bank account or a card may be drawn on, as far as we know. @param now business time. */
export async function readSource(db: Kysely<Database>, funding: OutsideFunding, now: Date): Promise<SourceState> {
  if (funding.type === 'bank_account') return usabilityOf((await findBankAccount(db, funding.id))?.state)
  const card = await findCard(db, funding.id)
  if (card?.state !== 'linked') return 'closed'
  return isExpired(card.expiry, now) ? 'expired' : 'usable'
}
