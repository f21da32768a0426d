import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** The tables of codes that were sent; their rows have a number of tries, and end. */
type CodeTable = 'verification' | 'password_reset'

interface CountedTry {
  readonly code: Buffer
  readonly customer_id: string | null
  readonly tries: number
  readonly tries_max: number
}

/**
 * Counts a try before it is looked at, the right one too, so that as many pass as there are, however many ask at once.
 * Outside of any transaction, or a refusal would take the count back. Undefined: ended, out of date, or no try is left.
 */
export async function countTry(db: Kysely<Database>, table: CodeTable, id: string): Promise<CountedTry | undefined> {
  const { rows } = await sql<CountedTry>`
    update ${sql.table(table)} set tries = tries + 1
      where id = ${id} and ended_at is null and tries < tries_max and expires_at > business_now()
      returning code, customer_id, tries, tries_max`.execute(db)
  return rows[0]
}

/** It was no guess: whoever is interrupted after it may enter it again. */
export async function giveTryBack(db: Kysely<Database>, table: CodeTable, id: string): Promise<void> {
  await sql`update ${sql.table(table)} set tries = tries - 1 where id = ${id}`.execute(db)
}
