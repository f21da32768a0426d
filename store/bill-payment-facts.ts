import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { BillRequested } from '../domain/bill-acceptance.ts'
import type { BillerState } from '../domain/biller.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import { idOf, type CustomerId } from '../domain/ids.ts'
import { limitWindows, type LimitPolicy } from '../domain/limits.ts'
import type { BillPaymentPolicy } from '../domain/policy/index.ts'
import { outgoingCounters, readCounters } from './limit-counters.ts'
import { ownLimitsOf, toOwnLimits } from './own-limits.ts'
import { riskRulesOf, toRiskRules } from './risk-rule.ts'

export interface BillPaymentFacts extends BillRequested {
  readonly customerId: CustomerId
  readonly zone: string
  readonly now: Date
  /** Minor units of the biller's currency, which is the wallet's. */
  readonly fee: bigint
  /** Where it counts as outgoing, and as paid since the customer last confirmed: beside the payments. */
  readonly counters: {
    readonly day: string
    readonly month: string
    readonly stepUpTotal: string
    readonly stepUpCount: string
  }
}

interface Row {
  customer_id: string
  tier: number
  policy: string | null
  zone: string
  customer_state: string
  currency: string
  wallet_state: string
  biller_state: string
  fee: bigint
  available: bigint | null
  suspended: boolean
  last_confirmed: string | null
  recent: bigint
  median_twice: bigint | null
  own_limits: string | null
  risk_rules: string | null
  now: Date
}

/**
 * Everything that the payment of a bill is decided on, read without a lock. Its customer's rules for payments hold for it as
 * well.
 * @throws {TypeError} when wallet or biller are not there: the route has looked before.
 */
export async function readBillPaymentFacts(
  db: Kysely<Database>,
  { walletId, billerId }: { readonly walletId: string; readonly billerId: string },
  policy: BillPaymentPolicy
): Promise<BillPaymentFacts> {
  const row = await readRow(db, walletId, billerId, policy)
  const { customer_id: customerId, currency, zone, now } = row
  const since = `step-up/${customerId}/${currency}/${row.last_confirmed ?? 'first'}`
  const counters = {
    ...outgoingCounters(customerId, currency, limitWindows(now, zone)),
    stepUpTotal: `${since}/total`,
    stepUpCount: `${since}/count`
  }
  const used = await readCounters(db, Object.values(counters))
  const usedOf = (counter: string) => used.get(counter) ?? 0n
  return {
    customerId: idOf('cus', customerId),
    currency: currency as CurrencyCode,
    zone,
    now,
    fee: row.fee,
    customerMayPay: row.customer_state === 'active' || row.customer_state === 'registered',
    walletState: row.wallet_state as BillPaymentFacts['walletState'],
    billerState: row.biller_state as BillerState,
    suspended: row.suspended,
    limitPolicy: (row.policy ?? row.tier) as LimitPolicy,
    ownLimits: toOwnLimits(row.own_limits),
    available: row.available ?? 0n,
    usedToday: usedOf(counters.day),
    usedThisMonth: usedOf(counters.month),
    riskRules: toRiskRules(row.risk_rules),
    sinceStepUp: { total: usedOf(counters.stepUpTotal), count: Number(usedOf(counters.stepUpCount)) },
    recent: { count: Number(row.recent), medianTwice: row.median_twice ?? 0n },
    counters
  }
}

async function readRow(
  db: Kysely<Database>,
  walletId: string,
  billerId: string,
  { step_up }: BillPaymentPolicy
): Promise<Row> {
  const { rows } = await sql<Row>`
    select w.customer_id, c.tier, c.policy, c.zone, c.state as customer_state, w.currency,
        case when w.owes and w.state = 'active' then 'frozen' else w.state end as wallet_state,
        b.state as biller_state, b.fee, l.credits_posted - l.debits_posted - l.debits_pending as available,
        exists (select from kill_switch where process = 'bill-payment' and rail in ('', 'billers') and "on") as suspended,
        (select id from payment p where p.customer_id = w.customer_id and confirmed_at is not null
          order by confirmed_at desc limit 1) as last_confirmed,
        lately.recent, lately.median_twice,
        ${ownLimitsOf('w.customer_id')} as own_limits,
        ${riskRulesOf('payment', 'w.customer_id')} as risk_rules, business_now() as now
      from wallet w
      join customer c on c.id = w.customer_id
      join biller b on b.id = ${billerId}
      left join ledger_account l on l.kind = 'wallet' and l.owner = w.id and l.currency = w.currency
      cross join lateral (
        select count(*) as recent,
            percentile_disc(0.5) within group (order by amount) + percentile_disc(0.5) within group (order by amount desc) as median_twice
          from payment where customer_id = w.customer_id
            and authorized_at > business_now() - ${step_up.median_window_ms} * interval '1 millisecond'
      ) lately
      where w.id = ${walletId}`.execute(db)
  if (!rows[0]) throw new TypeError(`${walletId} or ${billerId} is not there`)
  return rows[0]
}

/** Where the customer lives whose bill it is. */
export async function zoneOf(db: Kysely<Database>, customerId: string): Promise<string> {
  const { zone } = await db.selectFrom('customer').select('zone').where('id', '=', customerId).executeTakeFirstOrThrow()
  return zone
}
