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
import { velocityWindow, type PaymentVelocity, type VelocityWindow } from './payment-velocity.ts'
import { getPaymentRequest, type PaymentRequest } from './payment-request.ts'
import { outgoingCounters, readCounters } from './limit-counters.ts'
import { riskRulesOf, toRiskRules } from './risk-rule.ts'

export interface PaymentFacts extends Omit<AuthorizationFacts, 'amount' | 'confirmed' | 'isNew'> {
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
  /** How payments are counted for their velocity; absent: they are not. */
  readonly velocity?: PaymentVelocity
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
  const payees = [merchantId, ...splits.map((share) => share.merchantId)]
  const parties = await readParties(db, walletId, payees, railOf(funding))
  const { customer_id: customerId, currency, zone, last_confirmed: lastConfirmed, now } = parties
  const limitPolicy = (parties.policy ?? parties.tier) as LimitPolicy
  const counters = counterIds(customerId, currency, limitWindows(now, zone), lastConfirmed ?? 'first')
  const { payment_velocity: velocity } = policy.risk ?? {}
  const window = limitPolicy !== 'unlimited' && velocity ? velocityWindow(customerId, now, velocity) : undefined
  const ids = [...Object.values(counters), ...(window ? [window.counter, window.before] : [])]
  // Before the payments are counted: who pays between the two makes the unit stale, and not one too many.
  const used = limitPolicy === 'unlimited' ? new Map<string, bigint>() : await readCounters(db, ids)
  const usedOf = (counter: string) => used.get(counter) ?? 0n
  const recent = limitPolicy === 'unlimited' ? nothingRecent : await readRecent(db, customerId, policy, window)
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
    usedToday: usedOf(counters.day),
    usedThisMonth: usedOf(counters.month),
    sinceStepUp: { total: usedOf(counters.stepUpTotal), count: Number(usedOf(counters.stepUpCount)) },
    recent: { count: recent.count, medianTwice: recent.medianTwice },
    riskRules: toRiskRules(parties.risk_rules),
    paidLately: recent.paidBefore + (window ? Number(usedOf(window.counter)) : 0),
    ...(window && {
      velocity: {
        counter: window.counter,
        before: { counter: window.before, seen: usedOf(window.before) },
        paidBefore: recent.paidBefore
      }
    })
  }
}

const nothingRecent = { count: 0, medianTwice: 0n, paidBefore: 0 }

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
  risk_rules: string | null
  now: Date
}

/** Whether everyone who shares it can take payments. */
async function areActive(db: Kysely<Database>, splits: PaymentParties['splits']): Promise<boolean> {
  const ids = splits.map(({ merchantId }) => merchantId)
  const active = db.selectFrom('merchant').select('id').where('id', 'in', ids).where('state', '=', 'active')
  return (await active.execute()).length === ids.length
}

/** @param payees the one who is paid first, then those who share it. */
async function readParties(
  db: Kysely<Database>,
  walletId: string,
  payees: readonly string[],
  rail: Rail
): Promise<Parties> {
  const [merchantId = ''] = payees
  const { rows } = await sql<Parties>`
    select w.customer_id, c.tier, c.policy, c.zone, c.state as customer_state, w.currency,
        case when w.owes and w.state = 'active' then 'frozen' else w.state end as wallet_state,
        m.state as merchant_state, l.credits_posted - l.debits_posted - l.debits_pending as available,
        exists (select from kill_switch where process = 'payment' and rail in ('', ${rail}) and "on") as suspended,
        (select id from payment p where p.customer_id = w.customer_id and confirmed_at is not null
          order by confirmed_at desc limit 1) as last_confirmed,
        ${ownLimitsOf('w.customer_id')} as own_limits,
        ${riskRulesOf('payment', 'w.customer_id', payees)} as risk_rules, business_now() as now
      from wallet w
      join customer c on c.id = w.customer_id
      join merchant m on m.id = ${merchantId}
      left join ledger_account l on l.kind = 'wallet' and l.owner = w.id and l.currency = w.currency
      where w.id = ${walletId}`.execute(db)
  if (!rows[0]) throw new TypeError(`${walletId} or ${merchantId} is not there`)
  return rows[0]
}

/**
 * The sum of the two middle amounts is twice the median, and stays an integer. Counts those within the velocity's window as
 * well that came before this stretch of time.
 */
async function readRecent(
  db: Kysely<Database>,
  customerId: string,
  policy: PaymentPolicy,
  window: VelocityWindow | undefined
) {
  const { from, turn } = window ?? { from: null, turn: null }
  const { rows } = await sql<{ count: bigint; median_twice: bigint | null; paid_before: bigint }>`
    select count(*) as count,
        percentile_disc(0.5) within group (order by amount) + percentile_disc(0.5) within group (order by amount desc) as median_twice,
        count(*) filter (where authorized_at > ${from}::timestamptz and authorized_at < ${turn}::timestamptz) as paid_before
      from payment
      where customer_id = ${customerId}
        and authorized_at > business_now() - ${policy.step_up.median_window_ms} * interval '1 millisecond'`.execute(db)
  const { count, median_twice, paid_before } = rows[0]!
  return { count: Number(count), medianTwice: median_twice ?? 0n, paidBefore: Number(paid_before) }
}
