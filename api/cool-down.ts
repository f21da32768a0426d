import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import { coolingUntil } from '../store/cooling.ts'

/** @throws {Refusal} `cooling_down` with `until` in the day after a forgotten password was replaced. */
export async function mustNotCool(db: Kysely<Database>, customerId: CustomerId): Promise<void> {
  const until = await coolingUntil(db, customerId)
  if (until) throw new Refusal('cooling_down', { until: until.toISOString() })
}
