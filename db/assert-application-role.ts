import { sql, type Kysely } from 'kysely'
import type { Database } from './schema.ts'

/**
 * Refuses to run as a role that could get around `post_units`: a superuser, an owner of tables, or one that may write the
 * books directly.
 * @throws {Error} that says what the role has too much of
 */
export async function assertApplicationRole(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ superuser: boolean; owns: string | null; writes: string | null }>`
    select r.rolsuper or r.rolbypassrls as superuser,
        (select string_agg(c.relname, ', ') from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_has_role(r.oid, c.relowner, 'member')) as owns,
        (select string_agg(t, ', ') from unnest(array['unit', 'posting', 'entry', 'ledger_account', 'hold', 'limit_counter', 'process', 'event', 'audit_log']) t
          where has_table_privilege(r.oid, t, 'insert, update, delete, truncate')) as writes
      from pg_roles r where r.rolname = current_user`.execute(db)
  const { superuser, owns, writes } = rows[0]!
  if (superuser) throw new Error('DATABASE_URL is of a superuser: give the application a role of its own')
  if (owns) throw new Error(`DATABASE_URL is of a role that owns tables (${owns}): give the application another one`)
  if (writes)
    throw new Error(`the application role may write ${writes} directly: run the migrations, which take that back`)
}
