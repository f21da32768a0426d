import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { ProblemCode } from '../domain/errors.ts'
import type { UnitResult } from './unit-of-work.ts'

/** The stored answer to a key, as posting the same unit again would give it; undefined when the key is free. */
export async function findUnitResult(
  db: Kysely<Database>,
  key: string,
  fingerprint: string
): Promise<UnitResult | undefined> {
  const unit = await db
    .selectFrom('unit')
    .select(['fingerprint', 'refusal', 'data'])
    .where('key', '=', key)
    .executeTakeFirst()
  if (!unit) return undefined
  if (unit.fingerprint !== fingerprint) return { status: 'reused' }
  if (unit.refusal === null) return { status: 'posted', replayed: true }
  const data = (unit.data ?? {}) as Readonly<Record<string, unknown>>
  return { status: 'refused', code: unit.refusal as ProblemCode, data, replayed: true }
}
