import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { mandateRecords, toMandate, type Mandate } from './mandate.ts'

/** A customer's, newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listMandates(
  db: Kysely<Database>,
  { customerId, state }: { readonly customerId: string; readonly state?: string | undefined },
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<{ mandate: Mandate; recordedAt: Date; changedAt: Date }[]> {
  const rows = await mandateRecords(db)
    .where('mandate.customer_id', '=', customerId)
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(mandate.created_at, mandate.id) < (${before!.createdAt}::timestamptz, ${before!.id})`)
    )
    .orderBy('mandate.created_at', 'desc')
    .orderBy('mandate.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ mandate: toMandate(row), recordedAt: row.recorded_at, changedAt: row.updated_at }))
}
