import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import type { CustomerId } from '../domain/ids.ts'
import { limitWindows, type LimitPolicy } from '../domain/limits.ts'
import type { WithdrawalPolicy } from '../domain/policy/index.ts'
import type { WithdrawalRequested } from '../domain/withdrawal-acceptance.ts'
import { usabilityOf } from './bank-account.ts'
import { outgoingCounters, readCounters } from './limit-counters.ts'
import { coolingUntilOf } from './cooling.ts'
import { earlierAmountsOf, toEarlierAmounts } from './earlier-amounts.ts'
import { ownLimitsOf, toOwnLimits } from './own-limits.ts'
import { riskRulesOf, toRiskRules } from './risk-rule.ts'

export interface WithdrawalFacts extends Omit<WithdrawalRequested, 'amount' | 'confirmed' | 'reviewed'> {
  readonly customerId: CustomerId
  /** Where it counts as outgoing, beside the payments. */
  readonly counters: { readonly day: string; readonly month: string }
  /** How often the customer's withdrawals were taken in or held when all this was read. */
  readonly turn: { readonly counter: string; readonly seen: bigint }
}

/** Before a customer's id: moved by every unit that takes one of their withdrawals in, or holds its money. */
const TURN = 'withdrawal-turn/'

interface Row {
  customer_id: string
  tier: number
  policy: string | null
  zone: string
  customer_state: string
  currency: string
  wallet_state: string
  bank_account_state: string
  available: bigint | null
  suspended: boolean
  turn: bigint | null
  burst: bigint
  daily: bigint
  known_payee: boolean
  young: { amount: string; booked_at: string }[]
  own_limits: string | null
  risk_rules: string | null
  earlier: string | null
  cooling_until: Date | null
  now: Date
}

/**
 * Everything that a withdrawal is decided on, read without a lock; what the turn protects in one statement with it, so
 * that a turn unmoved means that nothing of it has changed by another withdrawal.
 * @param id of the one that is decided on, which may be there already.
 * @throws {TypeError} when wallet or bank account are not there: the route has looked before.
 */
export async function readWithdrawalFacts(
  db: Kysely<Database>,
  { id, walletId, bankAccountId }: { id: string; walletId: string; bankAccountId: string },
  policy: WithdrawalPolicy
): Promise<WithdrawalFacts> {
  const row = await readRow(db, { id, walletId, bankAccountId }, policy)
  const { customer_id: customerId, currency, zone, now } = row
  const counters = outgoingCounters(customerId, currency, limitWindows(now, zone))
  const used = await readCounters(db, [counters.day, counters.month])
  return {
    customerId: customerId as CustomerId,
    currency: currency as CurrencyCode,
    zone,
    now,
    customerMayPay: row.customer_state === 'active' || row.customer_state === 'registered',
    walletState: row.wallet_state as WithdrawalFacts['walletState'],
    bankAccount: usabilityOf(row.bank_account_state),
    suspended: row.suspended,
    limitPolicy: (row.policy ?? row.tier) as LimitPolicy,
    ownLimits: toOwnLimits(row.own_limits),
    available: row.available ?? 0n,
    usedToday: used.get(counters.day) ?? 0n,
    usedThisMonth: used.get(counters.month) ?? 0n,
    taken: { burst: Number(row.burst), daily: Number(row.daily) },
    knownPayee: row.known_payee,
    young: row.young.map(({ amount, booked_at }) => ({ amount: BigInt(amount), bookedAt: new Date(booked_at) })),
    coolingUntil: row.cooling_until,
    riskRules: toRiskRules(row.risk_rules),
    earlier: toEarlierAmounts(row.earlier),
    counters,
    turn: { counter: `${TURN}${customerId}`, seen: row.turn ?? 0n }
  }
}

async function readRow(
  db: Kysely<Database>,
  { id: orderId, walletId, bankAccountId }: { id: string; walletId: string; bankAccountId: string },
  { velocity, young_link_ms, withdrawable_after_business_days, risk }: WithdrawalPolicy
): Promise<Row> {
  const { rows } = await sql<Row>`
    with clock as materialized (select business_now() as now)
    select w.customer_id, c.tier, c.policy, c.zone, c.state as customer_state, w.currency,
        case when w.owes and w.state = 'active' then 'frozen' else w.state end as wallet_state,
        b.state as bank_account_state, l.credits_posted - l.debits_posted - l.debits_pending as available,
        exists (select from kill_switch
          where process = 'withdrawal' and rail in ('', 'bank_' || b.bank) and "on") as suspended,
        (select used from limit_counter where id = ${TURN}::text || w.customer_id) as turn,
        lately.burst, lately.daily,
        exists (select from withdrawal k where k.bank_account_id = b.id and k.confirmed_at is not null) as known_payee,
        (select coalesce(json_agg(json_build_object('amount', t.amount::text, 'booked_at', e.created_at)), '[]')
          from top_up t
          join event e on e.object_id = t.id and e.type = 'top_up.succeeded'
          left join bank_account linked on linked.id = t.bank_account_id
          left join card on card.id = t.card_id
          where t.wallet_id = w.id and t.returned = 0
            and e.created_at > clock.now - (2 * ${withdrawable_after_business_days}::integer + 3) * interval '1 day'
            and e.created_at < coalesce(linked.linked_at, card.linked_at) + ${young_link_ms} * interval '1 millisecond') as young,
        ${ownLimitsOf('w.customer_id')} as own_limits,
        ${riskRulesOf('withdrawal', 'w.customer_id')} as risk_rules,
        ${earlierAmountsOf('withdrawal', { walletId, orderId }, risk)} as earlier,
        ${coolingUntilOf('w.customer_id')} as cooling_until, clock.now
      from clock
      cross join wallet w
      join customer c on c.id = w.customer_id
      join bank_account b on b.id = ${bankAccountId}
      left join ledger_account l on l.kind = 'wallet' and l.owner = w.id and l.currency = w.currency
      cross join lateral (
        -- Those that were declined before anything was held count for nothing.
        select count(*) filter (where r.created_at > clock.now - ${velocity.burst.window_ms} * interval '1 millisecond') as burst,
            count(*) filter (where r.created_at > clock.now - ${velocity.daily.window_ms} * interval '1 millisecond') as daily
          from withdrawal r
          where r.customer_id = w.customer_id and (r.decline_code is null or r.held_at is not null)
            and r.created_at > clock.now
              - greatest(${velocity.burst.window_ms}::bigint, ${velocity.daily.window_ms}::bigint) * interval '1 millisecond'
      ) lately
      where w.id = ${walletId}`.execute(db)
  if (!rows[0]) throw new TypeError(`${walletId} or ${bankAccountId} is not there`)
  return rows[0]
}
