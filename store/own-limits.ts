import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId } from '../domain/ids.ts'
import { noOwnLimit, ownLimitNames, type OwnLimit, type OwnLimitName, type OwnLimits } from '../domain/own-limits.ts'

/** For the facts of a process: what is in force for the customer of this column, as JSON for `toOwnLimits`. */
export const ownLimitsOf = (customerColumn: string): RawBuilder<string | null> => sql`
  (select jsonb_object_agg(name, coalesce(case when next_at <= business_now() then next_amount else amount end, -1)::text)::text
    from own_limit where customer_id = ${sql.ref(customerColumn)})`

/** @param json what `ownLimitsOf` selected; null where nothing was ever limited. */
export function toOwnLimits(json: string | null): OwnLimits {
  if (json === null) return {}
  const pairs = Object.entries(JSON.parse(json) as Record<string, string>)
  return Object.fromEntries(pairs.filter(([, cents]) => cents !== '-1').map(([name, cents]) => [name, BigInt(cents)]))
}

/** All limits of a customer, also those that were never set. */
export async function readOwnLimits(
  db: Kysely<Database>,
  customerId: CustomerId
): Promise<Record<OwnLimitName, OwnLimit>> {
  const rows = await db.selectFrom('own_limit').selectAll().where('customer_id', '=', customerId).execute()
  const of = (name: OwnLimitName): OwnLimit => {
    const row = rows.find((each) => each.name === name)
    if (!row) return noOwnLimit
    return { amount: row.amount, next: row.next_at && { amount: row.next_amount, at: row.next_at } }
  }
  return Object.fromEntries(ownLimitNames.map((name) => [name, of(name)])) as Record<OwnLimitName, OwnLimit>
}

/** One change of a customer's limits after the other, until the transaction ends. */
export async function lockOwnLimits(transaction: Transaction<Database>, customerId: CustomerId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`own-limits/${customerId}`}, 0))`.execute(transaction)
}

export async function putOwnLimit(
  transaction: Transaction<Database>,
  customerId: CustomerId,
  name: OwnLimitName,
  { amount, next }: OwnLimit
): Promise<void> {
  const values = { amount, next_amount: next?.amount ?? null, next_at: next?.at ?? null }
  await transaction
    .insertInto('own_limit')
    .values({ customer_id: customerId, name, ...values })
    .onConflict((conflict) => conflict.columns(['customer_id', 'name']).doUpdateSet(values))
    .execute()
}
