import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { account, type AccountKind, type AccountRef } from '../domain/account-kinds.ts'
import { currency } from '../domain/currencies.ts'
import { Refusal } from '../domain/errors.ts'
import type { PostingStep, UnitOfWork } from './unit-of-work.ts'

/**
 * The unit that takes back what a posted unit booked, last posting first, sides swapped; posting it is up to the caller.
 * Its key is `<unit key>:reversal`, so a unit is reversed once; after a refusal (the money was spent) a new attempt has
 * the next number.
 * @param reason stored with the unit, for who reads the books; no personal data.
 * @throws {Refusal} `not_found`; `already_reversed`; `state_conflict` for a refused unit, one that moved holds (void or
 *   refund those), one that booked nothing, and a reversal itself.
 */
export async function reversalOf(db: Kysely<Database>, unitKey: string, reason: string): Promise<UnitOfWork> {
  if (reason.trim() === '') throw new TypeError('a correction has a reason')
  const unit = await db.selectFrom('unit').select(['id', 'refusal']).where('key', '=', unitKey).executeTakeFirst()
  if (!unit) throw new Refusal('not_found', { unit: unitKey })
  if (unit.refusal !== null || isReversal(unitKey)) throw new Refusal('state_conflict', { unit: unitKey })
  const postings = await postingsOf(db, unit.id)
  if (postings.length === 0 || postings.some(({ op }) => op !== 'post'))
    throw new Refusal('state_conflict', { unit: unitKey })
  return {
    key: await freeKey(db, `${unitKey}:reversal`),
    fingerprint: `reversal of ${unitKey}`,
    reason,
    postings: postings.map(swapped)
  }
}

const isReversal = (key: string): boolean => /:reversal(:\d+)?$/.test(key)

/** Two callers may get the same key: then both get the answer of the one unit that is posted under it. */
async function freeKey(db: Kysely<Database>, key: string): Promise<string> {
  const { rows } = await sql<{ refusal: string | null }>`
    select refusal from unit where key = ${key} or (key like ${`${key.replace(/[\\%_]/g, '\\$&')}:%`})`.execute(db)
  if (rows.some(({ refusal }) => refusal === null))
    throw new Refusal('already_reversed', { unit: key.replace(/:reversal$/, '') })
  return rows.length === 0 ? key : `${key}:${rows.length + 1}`
}

interface PostedRow {
  op: string
  code: string
  amount: bigint
  currency: string
  debit_kind: string
  debit_owner: string
  credit_kind: string
  credit_owner: string
}

async function postingsOf(db: Kysely<Database>, unitId: bigint): Promise<PostedRow[]> {
  const { rows } = await sql<PostedRow>`
    select p.op, p.code, p.amount, p.currency, d.kind as debit_kind, d.owner as debit_owner, c.kind as credit_kind, c.owner as credit_owner
      from posting p join ledger_account d on d.id = p.debit_account join ledger_account c on c.id = p.credit_account
      where p.id >= ${unitId}::bigint * 4096 and p.id < (${unitId}::bigint + 1) * 4096 order by p.id desc`.execute(db)
  return rows
}

function swapped(row: PostedRow): PostingStep {
  const ref = (kind: string, owner: string): AccountRef => account(kind as AccountKind, owner, currency(row.currency))
  return {
    op: 'post',
    debit: ref(row.credit_kind, row.credit_owner),
    credit: ref(row.debit_kind, row.debit_owner),
    amount: row.amount,
    code: `${row.code}.reversal`
  }
}
