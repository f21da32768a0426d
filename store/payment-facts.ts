import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import { railOf, type Funding, type Rail } from '../domain/funding.ts'
import type { CustomerId } from '../domain/ids.ts'
import { limitWindows, type LimitPolicy, type LimitWindows } from '../domain/limits.ts'
import type { AuthorizationFacts } from '../domain/payment-authorization.ts'
import type { PaymentPolicy } from '../domain/policy/index.ts'
import type { Share } from '../domain/splits.ts'
import { readSource } from './funding-source.ts'
import { ownLimitsOf, toOwnLimits } from './own-limits.ts'
import { getPaymentRequest, type PaymentRequest } from './payment-request.ts'
import { outgoingCounters, readCounters } from './limit-counters.ts'

export interface PaymentFacts extends Omit<AuthorizationFacts, 'amount' | 'confirmed'> {
  readonly customerId: CustomerId
  readonly now: Date
  /** What asked for it, as it stands. */
  readonly request?: PaymentRequest
  /** Where this payment counts: outgoing gross of the customer's day and month, and since the last confirmation. */
  readonly counters: {
    readonly day: string
    readonly month: string
    readonly stepUpTotal: string
    readonly stepUpCount: string
  }
}

interface PaymentParties {
  readonly walletId: string
  readonly merchantId: string
  readonly paymentRequestId?: string | null
  readonly funding: Funding
  readonly splits: readonly Pick<Share, 'merchantId'>[]
}

/**
 * Everything that an authorization is decided on, read without a lock in two statements, and one more each where a request
 * asked for it, a bank pays, or others share it. The unit of work tests limits, funds and the request again under the lock.
 * @throws {TypeError} when wallet, merchant or request are not there: the route has looked before.
 */
export async function readPaymentFacts(
  db: Kysely<Database>,
  { walletId, merchantId, paymentRequestId = null, funding, splits }: PaymentParties,
  policy: PaymentPolicy
): Promise<PaymentFacts> {
  const parties = await readParties(db, walletId, merchantId, railOf(funding))
  const { customer_id: customerId, currency, zone, last_confirmed: lastConfirmed, now } = parties
  const limitPolicy = (parties.policy ?? parties.tier) as LimitPolicy
  const counters = counterIds(customerId, currency, limitWindows(now, zone), lastConfirmed ?? 'first')
  const used = limitPolicy === 'unlimited' ? new Map<string, bigint>() : await readCounters(db, Object.values(counters))
  return {
    customerId: customerId as CustomerId,
    currency: currency as CurrencyCode,
    now,
    ...(funding.type !== 'balance' && { source: await readSource(db, funding, now) }),
    ...(paymentRequestId !== null && { request: await getPaymentRequest(db, paymentRequestId) }),
    counters,
    limitPolicy,
    ownLimits: toOwnLimits(parties.own_limits),
    customerActive: parties.customer_state === 'active',
    walletState: parties.wallet_state as PaymentFacts['walletState'],
    merchantActive: parties.merchant_state === 'active' && (splits.length === 0 || (await areActive(db, splits))),
    suspended: parties.suspended,
    available: parties.available ?? 0n,
    usedToday: used.get(counters.day) ?? 0n,
    usedThisMonth: used.get(counters.month) ?? 0n,
    sinceStepUp: { total: used.get(counters.stepUpTotal) ?? 0n, count: Number(used.get(counters.stepUpCount) ?? 0n) },
    recent: limitPolicy === 'unlimited' ? { count: 0, medianTwice: 0n } : await readRecent(db, customerId, policy)
  }
}

/** While a review of either side lasts, or once the merchant is closed, finance alone captures: why nobody else may. */
export async function refusalToCapture(
  db: Kysely<Database>,
  { customerId, merchantId }: { readonly customerId: string; readonly merchantId: string }
): Promise<'wallet_frozen' | 'payee_unavailable' | undefined> {
  const { rows } = await sql<{ customer: string | null; merchant: string | null }>`
    select (select state from customer where id = ${customerId}) as customer,
        (select state from merchant where id = ${merchantId}) as merchant`.execute(db)
  const { customer, merchant } = rows[0]!
  if (customer === 'suspended') return 'wallet_frozen'
  return merchant === 'suspended' || merchant === 'closed' ? 'payee_unavailable' : undefined
}

/** A day of the customer's zone, a month of it, and the time since the payment that they last confirmed. */
const counterIds = (customerId: string, currency: string, windows: LimitWindows, epoch: string) => ({
  ...outgoingCounters(customerId, currency, windows),
  stepUpTotal: `step-up/${customerId}/${currency}/${epoch}/total`,
  stepUpCount: `step-up/${customerId}/${currency}/${epoch}/count`
})

interface Parties {
  customer_id: string
  tier: number
  policy: string | null
  zone: string
  customer_state: string
  currency: string
  wallet_state: string
  merchant_state: string
  available: bigint | null
  suspended: boolean
  last_confirmed: string | null
  own_limits: string | null
  now: Date
}

/** Whether everyone who shares it can take payments. */
async function areActive(db: Kysely<Database>, splits: PaymentParties['splits']): Promise<boolean> {
  const ids = splits.map(({ merchantId }) => merchantId)
  const active = db.selectFrom('merchant').select('id').where('id', 'in', ids).where('state', '=', 'active')
  return (await active.execute()).length === ids.length
}

async function readParties(db: Kysely<Database>, walletId: string, merchantId: string, rail: Rail): Promise<Parties> {
  const { rows } = await sql<Parties>`
    select w.customer_id, c.tier, c.policy, c.zone, c.state as customer_state, w.currency,
        case when w.owes and w.state = 'active' then 'frozen' else w.state end as wallet_state,
        m.state as merchant_state, l.credits_posted - l.debits_posted - l.debits_pending as available,
        exists (select from kill_switch where process = 'payment' and rail in ('', ${rail}) and "on") as suspended,
        (select id from payment p where p.customer_id = w.customer_id and confirmed_at is not null
          order by confirmed_at desc limit 1) as last_confirmed,
        ${ownLimitsOf('w.customer_id')} as own_limits, business_now() as now
      from wallet w
      join customer c on c.id = w.customer_id
      join merchant m on m.id = ${merchantId}
      left join ledger_account l on l.kind = 'wallet' and l.owner = w.id and l.currency = w.currency
      where w.id = ${walletId}`.execute(db)
  if (!rows[0]) throw new TypeError(`${walletId} or ${merchantId} is not there`)
  return rows[0]
}

/** The sum of the two middle amounts is twice the median, and stays an integer. */
async function readRecent(db: Kysely<Database>, customerId: string, policy: PaymentPolicy) {
  const { rows } = await sql<{ count: bigint; median_twice: bigint | null }>`
    select count(*) as count,
        percentile_disc(0.5) within group (order by amount) + percentile_disc(0.5) within group (order by amount desc) as median_twice
      from payment
      where customer_id = ${customerId}
        and authorized_at > business_now() - ${policy.step_up.median_window_ms} * interval '1 millisecond'`.execute(db)
  return { count: Number(rows[0]!.count), medianTwice: rows[0]!.median_twice ?? 0n }
}
