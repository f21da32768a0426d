import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import { idOf, type OperatorId } from '../domain/ids.ts'

export type OperatorRole = 'support' | 'reviewer' | 'finance' | 'admin'

/** A named person who decides; four eyes compares operators, not keys. */
export interface Operator {
  readonly id: OperatorId
  readonly role: OperatorRole
  readonly name: string
}

/** @throws {Refusal} `state_conflict` when an operator of that name exists. */
export async function insertOperator(db: Kysely<Database>, operator: Operator): Promise<Operator> {
  const row = await db
    .insertInto('operator')
    .values({ ...operator })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!row) throw new Refusal('state_conflict', { field: 'name' })
  return operator
}

export async function findOperator(db: Kysely<Database>, id: string): Promise<Operator | undefined> {
  const row = await db.selectFrom('operator').selectAll().where('id', '=', id).executeTakeFirst()
  return row && { id: idOf('opr', row.id), role: row.role as OperatorRole, name: row.name }
}
