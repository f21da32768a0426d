import type { Kysely, Transaction } from 'kysely'
import type { Database } from './schema.ts'

/**
 * One database transaction for records that are not money (sessions, keys, decisions). Money transactions are opened
 * by the posting queue only. A function that takes `Transaction<Database>` cannot be called outside of one.
 */
export const inTransaction = <Result>(
  db: Kysely<Database>,
  work: (transaction: Transaction<Database>) => Promise<Result>
): Promise<Result> => db.transaction().execute(work)

/** Several reads of one moment: what is committed meanwhile is in none of them. */
export const inSnapshot = <Result>(
  db: Kysely<Database>,
  read: (snapshot: Transaction<Database>) => Promise<Result>
): Promise<Result> => db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read)
