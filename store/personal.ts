import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import { normalise, type PersonalKind } from '../domain/personal.ts'
import type { Vault, WrappedKey } from './vault.ts'

/** One thing known about an owner (a customer, a merchant). */
export interface PersonalDatum {
  readonly kind: PersonalKind
  /** What it belongs to where an owner has several: a bank account's id; '' for the one of its kind. */
  readonly reference: string
  readonly value: string
  readonly verifiedAt: Date | null
}

/** What may be looked up by its value. */
const INDEXED: ReadonlySet<PersonalKind> = new Set([
  'email',
  'phone',
  'iban',
  'person',
  'document_number',
  'business_number',
  'card_fingerprint'
])

/**
 * Seals and keeps a value, in place of the one that stood there; makes the owner's key with the first one. This file is
 * the only one that writes or reads personal data. With `onlyFirst` what stands there stays.
 * @throws {Refusal} `state_conflict` with `field` when someone else has proved the same e-mail address or phone number.
 */
export async function putPersonal(
  db: Kysely<Database>,
  vault: Vault,
  ownerId: string,
  datum: { kind: PersonalKind; reference?: string; value: string; verified?: boolean; onlyFirst?: boolean }
): Promise<void> {
  const { kind, reference = '', value, verified = false, onlyFirst = false } = datum
  const key = await keyFor(db, vault, ownerId)
  const row = {
    ciphertext: vault.seal(key, ownerId, `${kind}|${reference}`, value),
    blind_index: INDEXED.has(kind) ? vault.blindIndex(kind, normalise(kind, value)) : null,
    verified_at: verified ? sql<Date>`clock_timestamp()` : null
  }
  try {
    await db
      .insertInto('personal_data')
      .values({ owner_id: ownerId, kind, reference, ...row })
      .onConflict((conflict) => {
        const there = conflict.columns(['owner_id', 'kind', 'reference'])
        return onlyFirst ? there.doNothing() : there.doUpdateSet(row)
      })
      .execute()
  } catch (error) {
    const taken = (error as { constraint?: string }).constraint === 'personal_data_log_in'
    throw taken ? new Refusal('state_conflict', { field: kind }) : error
  }
}

/**
 * What is known about an owner, of some kinds only: nothing is opened that nobody asked for, and an owner may have thousands
 * of values. Empty for one who is unknown or erased.
 */
export async function findPersonal(
  db: Kysely<Database>,
  vault: Vault,
  ownerId: string,
  kinds: readonly PersonalKind[],
  reference?: string
): Promise<PersonalDatum[]> {
  const rows = await db
    .selectFrom('personal_data')
    .innerJoin('personal_key', 'personal_key.owner_id', 'personal_data.owner_id')
    .select(['kind', 'reference', 'ciphertext', 'verified_at', 'wrapped_key', 'master_key_id'])
    .where('personal_data.owner_id', '=', ownerId)
    .where('kind', 'in', kinds)
    .$if(reference !== undefined, (query) => query.where('reference', '=', reference!))
    .orderBy('kind')
    .orderBy('reference')
    .execute()
  return rows.map((row) => {
    const key = { wrappedKey: row.wrapped_key, masterKeyId: row.master_key_id }
    const value = vault.open(key, ownerId, `${row.kind}|${row.reference}`, row.ciphertext)
    return { kind: row.kind as PersonalKind, reference: row.reference, value, verifiedAt: row.verified_at }
  })
}

/** One value, such as the IBAN of a bank account; undefined when it is not there or was erased. */
export async function findPersonalValue(
  db: Kysely<Database>,
  vault: Vault,
  { ownerId, kind, reference = '' }: { ownerId: string; kind: PersonalKind; reference?: string }
): Promise<string | undefined> {
  const [datum] = await findPersonal(db, vault, ownerId, [kind], reference)
  return datum?.value
}

/** Whose the same IBAN, e-mail address or phone number is, verified or not, with the reference it stands under. */
export async function findOwnersByValue(
  db: Kysely<Database>,
  vault: Vault,
  kind: 'email' | 'phone' | 'iban' | 'person' | 'document_number' | 'business_number',
  value: string
): Promise<{ ownerId: string; reference: string }[]> {
  const index = vault.blindIndex(kind, normalise(kind, value))
  const rows = await db
    .selectFrom('personal_data')
    .select(['owner_id as ownerId', 'reference'])
    .where('kind', '=', kind)
    .where('blind_index', '=', index)
    .execute()
  return rows
}

/** Where a customer may be told something: an address that they have proved, e-mail before phone. */
export async function findProvedContact(
  db: Kysely<Database>,
  vault: Vault,
  customerId: CustomerId
): Promise<{ kind: 'email' | 'phone'; value: string } | undefined> {
  const known = await findPersonal(db, vault, customerId, ['email', 'phone'])
  for (const kind of ['email', 'phone'] as const) {
    const datum = known.find((each) => each.kind === kind && each.verifiedAt !== null)
    if (datum) return { kind, value: datum.value }
  }
  return undefined
}

/** Whether somebody other than `exceptFor` has proved this e-mail address or phone number. */
export async function isProved(
  db: Kysely<Database>,
  vault: Vault,
  kind: 'email' | 'phone',
  value: string,
  exceptFor: CustomerId
): Promise<boolean> {
  const owner = await findProvedOwner(db, vault, kind, value)
  return owner !== undefined && owner !== exceptFor
}

/** Who has proved it: one at most (indexes `personal_data_log_in`, `personal_data_iban`). */
export const findProvedOwner = (
  db: Kysely<Database>,
  vault: Vault,
  kind: 'email' | 'phone' | 'iban',
  value: string
): Promise<string | undefined> => findProvedOwnerByIndex(db, kind, vault.blindIndex(kind, normalise(kind, value)))

/** The same, by what it is known by. */
export async function findProvedOwnerByIndex(
  db: Kysely<Database>,
  kind: 'email' | 'phone' | 'iban',
  index: Buffer
): Promise<string | undefined> {
  const row = await db
    .selectFrom('personal_data')
    .select('owner_id')
    .where('kind', '=', kind)
    .where('blind_index', '=', index)
    .where('verified_at', 'is not', null)
    .executeTakeFirst()
  return row?.owner_id
}

/** Sets the mark "proved" on the IBANs of the bank accounts `id` of `customer_id` in `accounts`: a part of their unit of work. */
export const proveIbansSql = (accounts: string): string => proveSql('iban', accounts)

/** The same for the fingerprints of cards. */
export const proveCardsSql = (cards: string): string => proveSql('card_fingerprint', cards)

const proveSql = (kind: PersonalKind, things: string): string => `
    update personal_data p set verified_at = clock_timestamp() from ${things} a
      where p.owner_id = a.customer_id and p.kind = '${kind}' and p.reference = a.id`

/** Takes the tokens of the cards `id` of `customer_id` in `cards` away: nobody pays by them any more. */
export const forgetTokensSql = (cards: string): string => `
    delete from personal_data p using ${cards} a
      where p.owner_id = a.customer_id and p.kind = 'card_token' and p.reference = a.id`

/** What a second card of one customer's meets that would prove the same fingerprint. */
export const isCardTaken = (error: unknown): boolean =>
  (error as { constraint?: unknown } | null)?.constraint === 'personal_data_card'

/** What a second account meets that would prove the same IBAN. */
export const isIbanTaken = (error: unknown): boolean =>
  (error as { constraint?: unknown } | null)?.constraint === 'personal_data_iban'

/** Has others who write about this owner wait for the end of the transaction; nothing to wait for while nothing is known. */
export async function lockPersonal(transaction: Transaction<Database>, ownerId: string): Promise<void> {
  await transaction
    .selectFrom('personal_key')
    .select('owner_id')
    .where('owner_id', '=', ownerId)
    .forUpdate()
    .executeTakeFirst()
}

/** Takes the mark away: the next one may prove the IBAN. */
export async function unproveIban(db: Kysely<Database>, ownerId: string, reference: string): Promise<void> {
  await db
    .updateTable('personal_data')
    .set({ verified_at: null })
    .where('owner_id', '=', ownerId)
    .where('kind', '=', 'iban')
    .where('reference', '=', reference)
    .execute()
}

/** Forgets what a card is paid by and known again by: it may be linked anew. */
export async function forgetCard(db: Kysely<Database>, ownerId: string, reference: string): Promise<void> {
  await db
    .deleteFrom('personal_data')
    .where('owner_id', '=', ownerId)
    .where('kind', 'in', ['card_token', 'card_fingerprint'])
    .where('reference', '=', reference)
    .execute()
}

/** Seals what stands in another table under its owner's key, for this place only: it is erased with the owner. */
export async function sealFor(
  db: Kysely<Database>,
  vault: Vault,
  ownerId: string,
  place: string,
  text: string
): Promise<Buffer> {
  return vault.seal(await keyFor(db, vault, ownerId), ownerId, place, text)
}

/** What was sealed so; undefined when its owner was erased. */
export async function openFor(
  db: Kysely<Database>,
  vault: Vault,
  ownerId: string,
  place: string,
  sealed: Buffer
): Promise<string | undefined> {
  const key = await findKey(db, ownerId)
  return key && vault.open(key, ownerId, place, sealed)
}

/**
 * Forgets a person: the rows go with the key, and without the key no other copy of the ciphertext can be read. What the
 * ledger holds stays: it names only the id.
 */
export async function erasePersonal(db: Kysely<Database>, ownerId: string): Promise<void> {
  await db.deleteFrom('stored_reply').where('object_id', '=', ownerId).execute()
  await db.deleteFrom('personal_key').where('owner_id', '=', ownerId).execute()
}

/** Two first writers may meet: whoever comes second uses the first one's key. */
async function keyFor(db: Kysely<Database>, vault: Vault, ownerId: string): Promise<WrappedKey> {
  const found = await findKey(db, ownerId)
  if (found) return found
  const { wrappedKey, masterKeyId } = vault.newKey(ownerId)
  await db
    .insertInto('personal_key')
    .values({ owner_id: ownerId, wrapped_key: wrappedKey, master_key_id: masterKeyId })
    .onConflict((conflict) => conflict.column('owner_id').doNothing())
    .execute()
  const key = await findKey(db, ownerId)
  if (!key) throw new Error(`the key of ${ownerId} was erased while it was made`)
  return key
}

async function findKey(db: Kysely<Database>, ownerId: string): Promise<WrappedKey | undefined> {
  const row = await db
    .selectFrom('personal_key')
    .select(['wrapped_key as wrappedKey', 'master_key_id as masterKeyId'])
    .where('owner_id', '=', ownerId)
    .executeTakeFirst()
  return row
}
