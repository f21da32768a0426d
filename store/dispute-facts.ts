import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { DisputableFacts, Disputer } from '../domain/dispute-rules.ts'
import type { DisputeState } from '../domain/dispute.ts'
import { hasEvent } from './event.ts'
import { getPayment, type Payment } from './payment.ts'
import { readBusinessNow } from './process.ts'

/** What a dispute of a payment is opened on. Whoever changes any of it writes the payment, whose version is the guard. */
export async function readDisputableFacts(
  db: Kysely<Database>,
  paymentId: string,
  previousId: string | undefined
): Promise<DisputableFacts & { readonly payment: Payment }> {
  // Before the rest: what is read later cannot be older than this version.
  const payment = await getPayment(db, paymentId)
  const previous = previousId === undefined ? undefined : await findPrevious(db, paymentId, previousId)
  return {
    payment,
    decided: await readDecided(db, paymentId),
    chargedBack: await hasEvent(db, paymentId, 'payment.chargeback_received'),
    ...(previous !== undefined && { previous }),
    now: await readBusinessNow(db)
  }
}

async function readDecided(db: Kysely<Database>, paymentId: string): Promise<bigint> {
  const { rows } = await sql<{ amount: bigint }>`
    select coalesce(sum(d.amount), 0)::bigint as amount from dispute d
      where d.payment_id = ${paymentId} and d.ending = 'won' and d.released
        and not exists (select from dispute later where later.previous_id = d.id)`.execute(db)
  return rows[0]!.amount
}

async function findPrevious(
  db: Kysely<Database>,
  paymentId: string,
  id: string
): Promise<NonNullable<DisputableFacts['previous']> | null> {
  const { rows } = await sql<{
    state: DisputeState
    amount: bigint
    ended_at: Date
    second: boolean
    followed: boolean
  }>`
    select p.state, d.amount, coalesce(d.notice_until, d.ended_at, d.created_at) as ended_at, d.previous_id is not null as second,
        d.goodwill > 0 or exists (select from dispute later where later.previous_id = d.id) as followed
      from dispute d join process p on p.id = d.id where d.id = ${id} and d.payment_id = ${paymentId}`.execute(db)
  const row = rows[0]
  if (!row) return null
  const { state, amount, ended_at, second, followed } = row
  return { state, amount, endedAt: ended_at, isSecondStage: second, hasSuccessor: followed }
}

/** @throws {Error} when there is no such customer: for ids that we wrote. */
export async function readDisputer(db: Kysely<Database>, customerId: string): Promise<Disputer> {
  const { zone, created_at } = await db
    .selectFrom('customer')
    .select(['zone', 'created_at'])
    .where('id', '=', customerId)
    .executeTakeFirstOrThrow()
  return { zone, createdAt: created_at }
}
