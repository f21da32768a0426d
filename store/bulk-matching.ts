import { sql, type RawBuilder } from 'kysely'
import type { BulkAction } from './bulk-decision.ts'

/** Kinds of processes that give banks instructions, or the card acquirer, and may be asked about many at once. */
export const bankProcesses = [
  ...(['top-up', 'withdrawal', 'payment', 'bank-link', 'deposit-recovery', 'card-link'] as const),
  'refund',
  'settlement'
] as const
export type BankProcess = (typeof bankProcesses)[number]

/** What a decision about many is about; instants are RFC 3339 in business time, `from` included, `to` not. */
export interface BulkFilter {
  /** `unknown_bank_instruction`: without an answer, stuck or still being asked about; else a task's kind. */
  readonly kind: string
  readonly process?: BankProcess | undefined
  readonly bank?: 'a' | 'b' | 'acquirer' | undefined
  /** Of `retry`: when it was sent; of `assign`: when the task was opened. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** The ids of what it matches now: processes, or the tasks that are to be assigned. */
export const matching = (action: BulkAction, filter: BulkFilter): RawBuilder<{ id: string }> =>
  action === 'assign' ? openTasks(filter) : unansweredInstructions(filter)

const between = (at: RawBuilder<unknown>, { from, to }: BulkFilter): RawBuilder<unknown> =>
  sql`${at} >= ${from ?? '-infinity'}::timestamptz and ${at} < ${to ?? 'infinity'}::timestamptz`

const openTasks = (filter: BulkFilter): RawBuilder<{ id: string }> => sql`
  select t.id from task t join process p on p.id = t.process_id
    where t.state = 'open' and t.kind = ${filter.kind}
      and ${filter.process === undefined ? sql`true` : sql`p.kind = ${filter.process}`}
      and ${filter.bank === undefined ? sql`true` : sql`t.data ->> 'bank' = ${filter.bank}`}
      and ${between(sql`t.created_at`, filter)}
    order by t.id`

/** A deposit of a bank link stands in its row, and is unanswered while it is held. */
const sentDeposits = (filter: BulkFilter): RawBuilder<unknown> => sql`
  select r.id from bank_link r join process p on p.id = r.id and p.open
    where r.bank = ${filter.bank} and exists (
      select from jsonb_array_elements(r.deposits) d
        where d ->> 'state' = 'held' and ${between(sql`(d ->> 'sent_at')::timestamptz`, filter)})`

const sentOf = (table: string, filter: BulkFilter): RawBuilder<unknown> => sql`
  select r.id from ${sql.table(table)} r join process p on p.id = r.id and p.open
    where r.bank = ${filter.bank} and r.sent_at is not null and ${between(sql`r.sent_at`, filter)}`

/** A payment names the rail that its money takes: `bank_a`, or `acquirer`. */
const sentPayments = (filter: BulkFilter): RawBuilder<unknown> => sql`
  select r.id from payment r join process p on p.id = r.id and p.open
    where r.rail = ${filter.bank === 'acquirer' ? 'acquirer' : `bank_${filter.bank!}`}
      and r.sent_at is not null and ${between(sql`r.sent_at`, filter)}`

/** Cards are the acquirer's alone. */
const sentCardLinks = (filter: BulkFilter): RawBuilder<unknown> => sql`
  select r.id from card_link r join process p on p.id = r.id and p.open
    where ${filter.bank} = 'acquirer' and r.sent_at is not null and ${between(sql`r.sent_at`, filter)}`

const sentBy: Readonly<Record<BankProcess, (filter: BulkFilter) => RawBuilder<unknown>>> = {
  'top-up': (filter) => sentOf('top_up', filter),
  withdrawal: (filter) => sentOf('withdrawal', filter),
  payment: sentPayments,
  'bank-link': sentDeposits,
  'deposit-recovery': (filter) => sentOf('deposit_recovery', filter),
  'card-link': sentCardLinks,
  refund: (filter) => sentOf('refund', filter),
  settlement: (filter) => sentOf('settlement', filter)
}

function unansweredInstructions(filter: BulkFilter): RawBuilder<{ id: string }> {
  const wanted = bankProcesses.filter((process) => filter.process === undefined || filter.process === process)
  const parts = wanted.map((process) => sentBy[process](filter))
  const stuck = sql`where exists (select from task t where t.process_id = s.id and t.state = 'open' and t.kind = ${filter.kind})`
  return sql`
    select s.id from (${sql.join(parts, sql` union all `)}) s
      ${filter.kind === 'unknown_bank_instruction' ? sql`` : stuck} order by s.id`
}
