import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type CustomerId, type PasswordResetId } from '../domain/ids.ts'
import type { Policy } from '../domain/policy/index.ts'
import { countTry, giveTryBack } from './code-tries.ts'
import { readKycProfile } from './kyc-profile.ts'
import { findCustomerByLoginKey, type LoginKey } from './login-names.ts'
import type { Vault } from './vault.ts'

/** Somebody has forgotten a password, or says so. */
export interface PasswordReset {
  readonly id: PasswordResetId
  readonly login: LoginKey
  /** Whom the code was sent to; null: nobody has looked yet, or the log-in is of nobody. */
  readonly customerId: CustomerId | null
  /** Business time. */
  readonly expiresAt: Date
  /** A code may still be entered. */
  readonly open: boolean
  readonly sentAt: Date | null
}

export interface ResetProof {
  readonly code: string
  /** `YYYY-MM-DD` */
  readonly birth_date?: string | undefined
  readonly document_last4?: string | undefined
}

export type ResetAnswer =
  | { readonly kind: 'right'; readonly customerId: CustomerId }
  | { readonly kind: 'wrong'; readonly attemptsLeft: number }
  /** Used, out of time or of tries: nothing was looked at. */
  | { readonly kind: 'over' }

/** The same work for a log-in that exists as for one that does not: nobody has looked yet. */
export async function insertPasswordReset(
  transaction: Transaction<Database>,
  vault: Vault,
  { id, login }: Pick<PasswordReset, 'id' | 'login'>,
  { code_digits, tries, code_ms }: Policy['password_reset']
): Promise<PasswordReset> {
  const code = randomInt(10 ** code_digits)
    .toString()
    .padStart(code_digits, '0')
  const row = await transaction
    .insertInto('password_reset')
    .values({
      id,
      channel: login.kind,
      login_index: login.index,
      tries_max: tries,
      code: vault.sealReply(placeOf(id), code),
      expires_at: sql<Date>`business_now() + ${code_ms}::bigint * interval '1 millisecond'`
    })
    .returningAll()
    .returning(isOpen)
    .executeTakeFirstOrThrow()
  return toReset(row)
}

export async function findPasswordReset(db: Kysely<Database>, id: string): Promise<PasswordReset | undefined> {
  const row = await db.selectFrom('password_reset').selectAll().select(isOpen).where('id', '=', id).executeTakeFirst()
  return row && toReset(row)
}

/** Who has the log-in, and may have a new password; kept with the reset, so that what is sent and what is set are one's. */
export async function findWhoForgot(
  db: Kysely<Database>,
  { id, login }: PasswordReset
): Promise<CustomerId | undefined> {
  const customerId = await findCustomerByLoginKey(db, login)
  if (customerId === undefined) return undefined
  const kept = await db
    .updateTable('password_reset')
    .set({ customer_id: customerId })
    .where('id', '=', id)
    .where(sql<boolean>`exists (select from customer where id = ${customerId} and state <> 'closed')`)
    .returning('id')
    .executeTakeFirst()
  return kept && customerId
}

/** The code itself, for the message alone. @throws {TypeError} when there is no such reset. */
export async function readResetCode(db: Kysely<Database>, vault: Vault, id: PasswordResetId): Promise<string> {
  const row = await db.selectFrom('password_reset').select('code').where('id', '=', id).executeTakeFirst()
  if (!row) throw new TypeError(`${id} is not there`)
  return vault.openReply(placeOf(id), row.code)
}

/** Nobody has to send it any more. */
export async function markResetSent(db: Kysely<Database>, id: PasswordResetId): Promise<void> {
  await db
    .updateTable('password_reset')
    .set({ sent_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('sent_at', 'is', null)
    .execute()
}

/** Resets that nobody has looked at, older than `minAgeMs`: their sender was lost. */
export async function listUnsentResets(db: Kysely<Database>, minAgeMs: number): Promise<PasswordResetId[]> {
  const rows = await db
    .selectFrom('password_reset')
    .select('id')
    .where('sent_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', sql<Date>`business_now()`)
    .where('created_at', '<', sql<Date>`clock_timestamp() - ${minAgeMs} * interval '1 millisecond'`)
    .limit(1_000)
    .execute()
  return rows.map(({ id }) => idOf('pwr', id))
}

/**
 * Whether somebody has proved to be the customer, to as many tries as there are, however many ask at once: each is counted
 * before it is looked at, for log-ins of nobody too. The answer does not say what was wrong; who has not got the code
 * learns from its time neither whether the log-in exists, since nothing else is looked at then.
 */
export async function tryReset(
  db: Kysely<Database>,
  vault: Vault,
  id: PasswordResetId,
  proof: ResetProof
): Promise<ResetAnswer> {
  const row = await countTry(db, 'password_reset', id)
  if (!row) return { kind: 'over' }
  const wrong: ResetAnswer = { kind: 'wrong', attemptsLeft: row.tries_max - row.tries }
  if (!isEqual(vault.openReply(placeOf(id), row.code), proof.code) || row.customer_id === null) return wrong
  const customerId = idOf('cus', row.customer_id)
  if (!(await knowsOneself(db, vault, customerId, proof))) return wrong
  await giveTryBack(db, 'password_reset', id)
  return { kind: 'right', customerId }
}

/** Ends it, and every other one of the customer; true for the one who did. */
export async function endPasswordResets(
  transaction: Transaction<Database>,
  id: PasswordResetId,
  customerId: CustomerId
): Promise<boolean> {
  const rows = await transaction
    .updateTable('password_reset')
    .set({ ended_at: sql<Date>`clock_timestamp()` })
    .where('customer_id', '=', customerId)
    .where('ended_at', 'is', null)
    .returning('id')
    .execute()
  return rows.some((row) => row.id === id)
}

/** Who has passed KYC is known by birth date and document, and has to know both; where one is missing, nobody passes. */
async function knowsOneself(db: Kysely<Database>, vault: Vault, customerId: CustomerId, proof: ResetProof) {
  const { tier } = await db.selectFrom('customer').select('tier').where('id', '=', customerId).executeTakeFirstOrThrow()
  if (tier === 0) return true
  const { birthDate, document } = await readKycProfile(db, vault, customerId)
  const last4 = lastFour(document?.number ?? '')
  const born = isEqual(birthDate, proof.birth_date ?? '')
  const shown = isEqual(last4, lastFour(proof.document_last4 ?? ''))
  return born && shown && birthDate !== '' && last4 !== ''
}

const lastFour = (number: string): string => number.replace(/[\s-]/g, '').toUpperCase().slice(-4)

/** Of hashes, which have one length: the time tells nothing of either text. */
const isEqual = (known: string, given: string): boolean => timingSafeEqual(sha256(known), sha256(given))
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

const placeOf = (id: PasswordResetId): string => `password_reset|${id}`

const isOpen = sql<boolean>`(ended_at is null and tries < tries_max and expires_at > business_now())`.as('open')

const toReset = (row: {
  id: string
  channel: string
  login_index: Buffer
  customer_id: string | null
  expires_at: Date
  sent_at: Date | null
  open: boolean
}): PasswordReset => ({
  id: idOf('pwr', row.id),
  login: { kind: row.channel as LoginKey['kind'], index: row.login_index },
  customerId: row.customer_id === null ? null : idOf('cus', row.customer_id),
  expiresAt: row.expires_at,
  open: row.open,
  sentAt: row.sent_at
})
