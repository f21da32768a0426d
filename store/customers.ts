import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type CustomerId } from '../domain/ids.ts'
import type { RowOf } from './rows.ts'

export type CustomerState = 'registered' | 'active' | 'suspended' | 'closing' | 'closed'
export type Tier = 0 | 1 | 2 | 3

/** A customer without what is personal: that is in `personal.ts`. */
export interface Customer {
  readonly id: CustomerId
  readonly tier: Tier
  readonly state: CustomerState
  readonly zone: string
  /** `unlimited`: the tier's limits do not hold, for the load generator's customer in local mode. */
  readonly policy: 'unlimited' | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export async function insertCustomer(
  db: Kysely<Database>,
  { id, zone, tier = 0, state = 'active', policy = null }: Pick<Customer, 'id' | 'zone'> & Partial<Customer>
): Promise<Customer> {
  const row = await db
    .insertInto('customer')
    .values({ id, zone, tier, state, policy })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toCustomer(row)
}

export async function findCustomer(db: Kysely<Database>, id: string): Promise<Customer | undefined> {
  const row = await db.selectFrom('customer').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toCustomer(row)
}

/** While a review lasts: money may come in, and nothing goes out by itself. */
export async function isSuspended(db: Kysely<Database>, id: CustomerId): Promise<boolean> {
  return (await findCustomer(db, id))?.state === 'suspended'
}

type CustomerRow = RowOf<'customer'>

const toCustomer = (row: CustomerRow): Customer => ({
  id: idOf('cus', row.id),
  tier: row.tier as Tier,
  state: row.state as CustomerState,
  zone: row.zone,
  policy: row.policy as Customer['policy'],
  createdAt: row.created_at,
  updatedAt: row.updated_at
})
