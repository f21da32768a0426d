import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { inTransaction } from '../db/in-transaction.ts'
import type { Database } from '../db/schema.ts'

/** Who did what to what. No personal data: the log is never erased. */
export interface AuditEntry {
  /** `cus_…`, `mer_…`, `opr_…`, `service:<name>`, `anyone`, or a part of Coffer such as `worker`. */
  readonly actor: string
  /** `<thing>.<verb>`: `session.opened`, `api_key.rotated`, `kill_switch.changed`. */
  readonly action: string
  /** The id of the thing; empty where there is none. */
  readonly object: string
  readonly requestId: string
  readonly data?: Readonly<Record<string, unknown>>
}

/**
 * Adds a row to the chain, in the given transaction if it is one: then the row stands if and only if the deed does. Call
 * it last in a transaction, since everyone else who has something to log waits until that ends.
 * @returns the row's number.
 */
export async function appendAudit(db: Kysely<Database>, entry: AuditEntry): Promise<bigint> {
  const { actor, action, object, requestId, data = {} } = entry
  const { rows } = await sql<{ seq: bigint }>`
    select append_audit(${actor}, ${action}, ${object}, ${requestId}, ${JSON.stringify(data)}::jsonb) as seq`.execute(
    db
  )
  return rows[0]!.seq
}

/** Adds the row unless this was done to that thing before: for what may be repeated, and leaves no row of its own that says so. */
export const appendAuditOnce = (db: Kysely<Database>, entry: AuditEntry): Promise<void> =>
  inTransaction(db, async (transaction) => {
    const { action, object } = entry
    // Whoever repeats it at the same time waits here, and then sees the row.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`audit/${action}/${object}`}, 0))`.execute(transaction)
    const known = await listAudit(transaction, { action, object, limit: 1 })
    if (known.length === 0) await appendAudit(transaction, entry)
  })

export interface AuditRow extends Required<AuditEntry> {
  readonly seq: bigint
  readonly at: Date
}

/** Newest first. @param before the last `seq` of the page before. */
export async function listAudit(
  db: Kysely<Database>,
  filter: { limit: number; before?: bigint | undefined; action?: string | undefined; object?: string | undefined }
): Promise<AuditRow[]> {
  let query = db.selectFrom('audit_log').selectAll().orderBy('seq', 'desc').limit(filter.limit)
  if (filter.before !== undefined) query = query.where('seq', '<', filter.before)
  if (filter.action !== undefined) query = query.where('action', '=', filter.action)
  if (filter.object !== undefined) query = query.where('object', '=', filter.object)
  return (await query.execute()).map(({ seq, at, actor, action, object, request_id, data }) => ({
    seq,
    at,
    actor,
    action,
    object,
    requestId: request_id,
    data
  }))
}

export type AuditVerdict =
  /** `head` is what an exported copy is compared with: an owner who rewrites the whole chain cannot keep it. */
  | { readonly kind: 'whole'; readonly rows: bigint; readonly head: string }
  | { readonly kind: 'broken'; readonly seq: bigint; readonly why: 'gap' | 'previous_hash' | 'hash' }

/** Rows that are read at once: an audit log may be long, a process's memory is not. */
const PAGE = 5_000

/** Recomputes every hash here, not in the database, which is what might have been tampered with. */
export async function verifyAuditChain(db: Kysely<Database>): Promise<AuditVerdict> {
  let [seq, head] = [0n, Buffer.alloc(0) as Buffer]
  for (;;) {
    const rows = await readChain(db, seq)
    for (const row of rows) {
      if (row.seq !== seq + 1n) return { kind: 'broken', seq: seq + 1n, why: 'gap' }
      if (!row.prev_hash.equals(head)) return { kind: 'broken', seq: row.seq, why: 'previous_hash' }
      head = createHash('sha256').update(head).update(row.content, 'utf8').digest()
      if (!row.hash.equals(head)) return { kind: 'broken', seq: row.seq, why: 'hash' }
      seq = row.seq
    }
    if (rows.length < PAGE) return { kind: 'whole', rows: seq, head: head.toString('hex') }
  }
}

/** The text that was hashed: the same expression as in `append_audit`. */
async function readChain(db: Kysely<Database>, after: bigint) {
  return db
    .selectFrom('audit_log')
    .select(['seq', 'prev_hash', 'hash'])
    .select(
      sql<string>`jsonb_build_array(seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        actor, action, object, request_id, data)::text`.as('content')
    )
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(PAGE)
    .execute()
}
