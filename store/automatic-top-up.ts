import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import type { SourceState } from '../domain/funding.ts'
import { idOf, type BankAccountId, type CustomerId, type TopUpId, type WalletId } from '../domain/ids.ts'
import type { Policy } from '../domain/policy/index.ts'
import { usabilityOf } from './bank-account.ts'
import { derivedId } from './derived-id.ts'

/** A customer's standing order, "below so much add so much"; amounts in minor units of the wallet's currency. */
export interface AutomaticTopUp {
  readonly walletId: WalletId
  readonly customerId: CustomerId
  readonly bankAccountId: BankAccountId
  readonly currency: CurrencyCode
  readonly below: bigint
  readonly add: bigint
}

/** The rule, and what became of it; the last two stand in no column: the top-ups themselves say it. */
export interface AutomaticTopUpStanding extends AutomaticTopUp {
  readonly setAt: Date
  readonly bank: 'a' | 'b'
  /** The newest top-up that it made. */
  readonly lastId: TopUpId | null
  readonly lastAt: Date | null
  /** Declined too often in a row since it was set. */
  readonly suspended: boolean
  /** Whether the bank account may be drawn on: while it may not, nothing is made. */
  readonly source: SourceState
}

type RulePolicy = Pick<Policy, 'automatic_top_up'>

/** Sets the wallet's rule, or another one in its place; what was declined before counts no more. */
export async function putAutomaticTopUp(transaction: Transaction<Database>, rule: AutomaticTopUp): Promise<void> {
  const changed = {
    bank_account_id: rule.bankAccountId,
    below: rule.below,
    add: rule.add,
    set_at: sql<Date>`business_now()`
  }
  await transaction
    .insertInto('automatic_top_up')
    .values({ wallet_id: rule.walletId, customer_id: rule.customerId, currency: rule.currency, ...changed })
    .onConflict((conflict) => conflict.column('wallet_id').doUpdateSet(changed))
    .execute()
}

/** @returns false when there was none. */
export async function deleteAutomaticTopUp(transaction: Transaction<Database>, walletId: string): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('automatic_top_up')
    .where('wallet_id', '=', walletId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

export async function findAutomaticTopUp(
  db: Kysely<Database>,
  walletId: string,
  policy: RulePolicy
): Promise<AutomaticTopUpStanding | undefined> {
  const { rows } = await sql<Row>`${standing(policy)} where r.wallet_id = ${walletId}`.execute(db)
  return rows[0] && toStanding(rows[0])
}

/**
 * Rules whose wallet is below, that have made nothing for long enough, are not suspended, wait for nothing and
 * may draw on their bank account: by wallet.
 * What a rule starts is the next in a chain (`nextAutomaticId`), so that it may be found due twice without harm.
 */
export async function listDueAutomaticTopUps(
  db: Kysely<Database>,
  policy: RulePolicy,
  limit: number
): Promise<AutomaticTopUpStanding[]> {
  const { rows } = await sql<Row>`${standing(policy)}
    left join ledger_account l on l.kind = 'wallet' and l.owner = r.wallet_id and l.currency = r.currency
    where coalesce(l.credits_posted - l.debits_posted - l.debits_pending, 0) < greatest(r.below, (
        -- A bill that waits for money is more than what its owner usually wants in the wallet.
        select max(w.amount + w.fee) from bill_payment w join process p on p.id = w.id
          where w.wallet_id = r.wallet_id and p.open and p.state = 'awaiting_funds'))
      and (last.created_at is null
        or last.created_at <= business_now() - ${policy.automatic_top_up.every_ms} * interval '1 millisecond')
      and not coalesce(last.open, false) and not recent.suspended and b.state = 'linked'
    order by r.wallet_id limit ${limit}`.execute(db)
  return rows.map(toStanding)
}

/** The id of the top-up that a rule makes after its last one: whoever finds it due, and however often, means the same. */
export const nextAutomaticId = ({ walletId, lastId }: Pick<AutomaticTopUpStanding, 'walletId' | 'lastId'>): TopUpId =>
  derivedId('top', `${walletId}\n${lastId ?? 'first'}`)

const standing = ({ automatic_top_up: { declines_max } }: RulePolicy) => sql`
  select r.*, b.bank, b.state as bank_account_state, last.id as last_id, last.created_at as last_at, recent.suspended
    from automatic_top_up r
    join bank_account b on b.id = r.bank_account_id
    left join lateral (
      select t.id, t.created_at, p.open from top_up t join process p on p.id = t.id
        where t.wallet_id = r.wallet_id and t.automatic order by t.created_at desc, t.id desc limit 1
    ) last on true
    cross join lateral (
      select count(*) filter (where state in ('declined', 'failed')) >= ${declines_max}::integer as suspended from (
        select p.state from top_up t join process p on p.id = t.id
          where t.wallet_id = r.wallet_id and t.automatic and t.created_at >= r.set_at
          order by t.created_at desc, t.id desc limit ${declines_max}::integer) newest
    ) recent`

interface Row {
  wallet_id: string
  customer_id: string
  bank_account_id: string
  bank: string
  currency: string
  below: bigint
  add: bigint
  set_at: Date
  last_id: string | null
  last_at: Date | null
  suspended: boolean
  bank_account_state: string
}

const toStanding = (row: Row): AutomaticTopUpStanding => ({
  walletId: idOf('wal', row.wallet_id),
  customerId: idOf('cus', row.customer_id),
  bankAccountId: idOf('ban', row.bank_account_id),
  bank: row.bank as 'a' | 'b',
  currency: currency(row.currency),
  below: row.below,
  add: row.add,
  setAt: row.set_at,
  lastId: row.last_id === null ? null : idOf('top', row.last_id),
  lastAt: row.last_at,
  suspended: row.suspended,
  source: usabilityOf(row.bank_account_state)
})
