import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import { railOf, type OutsideFunding } from '../domain/funding.ts'
import type { CustomerId } from '../domain/ids.ts'
import type { LimitPolicy } from '../domain/limits.ts'
import type { TopUpPolicy } from '../domain/policy/index.ts'
import type { AcceptanceFacts } from '../domain/top-up-acceptance.ts'
import { earlierAmountsOf, toEarlierAmounts } from './earlier-amounts.ts'
import { readSource } from './funding-source.ts'
import { riskRulesOf, toRiskRules } from './risk-rule.ts'

export interface TopUpFacts extends Omit<AcceptanceFacts, 'amount' | 'automatic' | 'reviewed'> {
  readonly customerId: CustomerId
  /** How often the customer's top-ups were taken in when all this was read. */
  readonly turn: { readonly counter: string; readonly seen: bigint }
}

/** Before a customer's id: moved by every unit that takes one of their top-ups in, where sums of them are judged. */
const TURN = 'top-up-turn/'

/** What the wallet's top-ups in `processing` add up to: moved by the units that accept and end them. */
export const onTheWayCounter = (walletId: string): string => `top-up-processing/${walletId}`

interface Row {
  customer_id: string
  tier: number
  policy: string | null
  customer_state: string
  currency: string
  wallet_state: string
  owes: boolean
  suspended: boolean
  posted: bigint | null
  on_the_way: bigint | null
  turn: bigint | null
  risk_rules: string | null
  earlier: string | null
  now: Date
}

/**
/**
 * Everything that the acceptance is decided on, read without a lock.
 * @param id of the one that is decided on, which may be there already.
 * @throws {TypeError} when the wallet is not there: the route has looked before.
 */
export async function readTopUpFacts(
  db: Kysely<Database>,
  { id, walletId, funding }: { readonly id: string; readonly walletId: string; readonly funding: OutsideFunding },
  { risk }: Pick<TopUpPolicy, 'risk'>
): Promise<TopUpFacts> {
  const { rows } = await sql<Row>`
    select w.customer_id, c.tier, c.policy, c.state as customer_state, w.currency, w.state as wallet_state, w.owes,
        l.credits_posted - l.debits_posted as posted, n.used as on_the_way,
        exists (select from kill_switch where process = 'top-up' and rail in ('', ${railOf(funding)}) and "on") as suspended,
        (select used from limit_counter where id = ${TURN}::text || w.customer_id) as turn,
        ${riskRulesOf('top-up', 'w.customer_id')} as risk_rules,
        ${earlierAmountsOf('top_up', { walletId, orderId: id }, risk)} as earlier, business_now() as now
      from wallet w
      join customer c on c.id = w.customer_id
      left join ledger_account l on l.kind = 'wallet' and l.owner = w.id and l.currency = w.currency
      left join limit_counter n on n.id = ${onTheWayCounter(walletId)}
      where w.id = ${walletId}`.execute(db)
  const row = rows[0]
  if (!row) throw new TypeError(`${walletId} is not there`)
  return {
    customerId: row.customer_id as CustomerId,
    currency: row.currency as CurrencyCode,
    now: row.now,
    customerMayPay: row.customer_state === 'active' || row.customer_state === 'registered',
    walletState: row.wallet_state as TopUpFacts['walletState'],
    owes: row.owes,
    source: await readSource(db, funding, row.now),
    suspended: row.suspended,
    limitPolicy: (row.policy ?? row.tier) as LimitPolicy,
    posted: row.posted ?? 0n,
    onTheWay: row.on_the_way ?? 0n,
    riskRules: toRiskRules(row.risk_rules),
    earlier: toEarlierAmounts(row.earlier),
    turn: { counter: `${TURN}${row.customer_id}`, seen: row.turn ?? 0n }
  }
}
