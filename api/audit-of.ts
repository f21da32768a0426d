import type { Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { appendAudit, type AuditEntry } from '../store/audit.ts'
import type { Call } from './route.ts'

/** The audit log's row for a decision of this caller, written in the transaction that stores the decision. */
export const auditOf =
  (
    { principal, requestId }: Pick<Call<unknown, unknown, unknown, unknown, 'process'>, 'principal' | 'requestId'>,
    entry: Pick<AuditEntry, 'action' | 'object' | 'data'>
  ) =>
  async (transaction: Transaction<Database>): Promise<void> =>
    void (await appendAudit(transaction, { actor: principal, requestId, ...entry }))
