import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type CustomerId, type VerificationId } from '../domain/ids.ts'
import type { Policy } from '../domain/policy/index.ts'
import { countTry, giveTryBack } from './code-tries.ts'
import type { Vault } from './vault.ts'

/** A code on its way to an e-mail address or a phone number, or back from there. */
export interface Verification {
  readonly id: VerificationId
  readonly customerId: CustomerId
  readonly channel: 'email' | 'phone'
  /** What it proves: an address, or that whoever logs in reads its mail. */
  readonly purpose: 'registration' | 'log_in'
  /** `over`: replaced, out of time, or out of tries. */
  readonly state: 'pending' | 'verified' | 'over'
  readonly attemptsLeft: number
  /** Business time. */
  readonly expiresAt: Date
  /** Business milliseconds until then; not positive: it is over. */
  readonly leftMs: number
  /** When the notifier took the message. */
  readonly sentAt: Date | null
}

export type CodeAnswer =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong'; readonly attemptsLeft: number }
  /** Used, replaced, out of time or of tries: the code was not looked at. */
  | { readonly kind: 'over' }

type CodePolicy = Pick<Policy['registration'], 'code_digits' | 'code_tries' | 'code_ms'>

/** Makes a code, under an id that nothing else tells; sending it is another's work. */
export async function insertVerification(
  transaction: Transaction<Database>,
  vault: Vault,
  { code_digits, code_tries, code_ms }: CodePolicy,
  {
    customerId,
    channel,
    purpose = 'registration'
  }: Pick<Verification, 'customerId' | 'channel'> & Partial<Verification>
): Promise<Verification> {
  const id = idOf('ver', `ver_${randomBytes(16).toString('hex')}`)
  const code = randomInt(10 ** code_digits)
    .toString()
    .padStart(code_digits, '0')
  const row = await transaction
    .insertInto('verification')
    .values({
      id,
      customer_id: customerId,
      channel,
      purpose,
      tries_max: code_tries,
      code: vault.sealReply(placeOf(id), code),
      expires_at: sql<Date>`business_now() + ${code_ms}::bigint * interval '1 millisecond'`
    })
    .returning(columns)
    .executeTakeFirstOrThrow()
  return toVerification(row)
}

/** @param purpose what it has to be for; any, if it is left out. */
export async function findVerification(
  db: Kysely<Database>,
  id: string,
  purpose?: Verification['purpose']
): Promise<Verification | undefined> {
  const row = await db
    .selectFrom('verification')
    .select(columns)
    .where('id', '=', id)
    .$if(purpose !== undefined, (query) => query.where('purpose', '=', purpose!))
    .executeTakeFirst()
  return row && toVerification(row)
}

/** The code itself, for the message alone. @throws {TypeError} when there is no such verification. */
export async function readCode(db: Kysely<Database>, vault: Vault, id: VerificationId): Promise<string> {
  const row = await db.selectFrom('verification').select('code').where('id', '=', id).executeTakeFirst()
  if (!row) throw new TypeError(`${id} is not there`)
  return vault.openReply(placeOf(id), row.code)
}

/**
 * Compares a code, to as many tries as it has, however many ask at once: each is counted before it is looked at, the right
 * one too. Outside of any transaction, or a refusal would take the count back.
 */
export async function tryCode(
  db: Kysely<Database>,
  vault: Vault,
  id: VerificationId,
  code: string
): Promise<CodeAnswer> {
  const row = await countTry(db, 'verification', id)
  if (!row) return { kind: 'over' }
  const [known, given] = [Buffer.from(vault.openReply(placeOf(id), row.code)), Buffer.from(code)]
  const right = known.length === given.length && timingSafeEqual(known, given)
  if (!right) return { kind: 'wrong', attemptsLeft: row.tries_max - row.tries }
  await giveTryBack(db, 'verification', id)
  return { kind: 'right' }
}

/** Ends it, unless it has ended; true for the one who did. */
export async function endVerification(
  transaction: Transaction<Database>,
  id: VerificationId,
  endedBy: 'used' | 'replaced'
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('verification')
    .set({ ended_at: sql<Date>`clock_timestamp()`, ended_by: endedBy })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function markVerificationSent(db: Kysely<Database>, id: VerificationId): Promise<void> {
  await db
    .updateTable('verification')
    .set({ sent_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('sent_at', 'is', null)
    .execute()
}

/** Codes that somebody still waits for and nobody has sent, older than `minAgeMs`: their sender was lost. */
export async function listUnsentVerifications(
  db: Kysely<Database>,
  minAgeMs: number
): Promise<{ id: VerificationId; customerId: CustomerId }[]> {
  const rows = await db
    .selectFrom('verification')
    .select(['id', 'customer_id'])
    .where('sent_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', sql<Date>`business_now()`)
    .where('created_at', '<', sql<Date>`clock_timestamp() - ${minAgeMs} * interval '1 millisecond'`)
    .limit(1_000)
    .execute()
  return rows.map((row) => ({ id: idOf('ver', row.id), customerId: idOf('cus', row.customer_id) }))
}

const placeOf = (id: VerificationId): string => `verification|${id}`

const columns = [
  'id',
  'customer_id',
  'channel',
  'purpose',
  'tries',
  'tries_max',
  'expires_at',
  'sent_at',
  'ended_by',
  sql<number>`(extract(epoch from expires_at - business_now()) * 1000)::float8`.as('left_ms')
] as const

interface VerificationRow {
  id: string
  customer_id: string
  channel: string
  purpose: string
  tries: number
  tries_max: number
  expires_at: Date
  sent_at: Date | null
  ended_by: string | null
  left_ms: number
}

function toVerification(row: VerificationRow): Verification {
  const attemptsLeft = row.tries_max - row.tries
  const over = row.ended_by === 'replaced' || row.left_ms <= 0 || attemptsLeft === 0
  return {
    id: idOf('ver', row.id),
    customerId: idOf('cus', row.customer_id),
    channel: row.channel as Verification['channel'],
    purpose: row.purpose as Verification['purpose'],
    state: row.ended_by === 'used' ? 'verified' : over ? 'over' : 'pending',
    attemptsLeft,
    expiresAt: row.expires_at,
    leftMs: row.left_ms,
    sentAt: row.sent_at
  }
}
