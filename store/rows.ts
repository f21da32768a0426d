import type { Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'

/** A row of a table as it is read. */
export type RowOf<Table extends keyof Database> = Selectable<Database[Table]>

/** The row of a process's record, with where it stands. */
export type RecordOf<Table extends keyof Database> = RowOf<Table> & Pick<RowOf<'process'>, 'state' | 'version'>
