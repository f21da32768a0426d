import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, isId, type CustomerId, type MerchantId, type OnboardingId } from '../domain/ids.ts'
import type { KybFindings } from '../domain/kyb-verdict.ts'
import type { KycFindings, KycVerdict, ReviewFindings } from '../domain/kyc-verdict.ts'
import {
  missingItems,
  type OnboardingItem,
  type OnboardingPurpose,
  type OnboardingState,
  type TargetTier
} from '../domain/onboarding.ts'
import { withTasks } from './task.ts'

/** A reviewer's word. */
export interface KycReview {
  readonly actor: string
  readonly verdict: 'approve' | 'reject'
  readonly reason: string
}

/** An application as its record stands; instants are business time. */
export interface Onboarding {
  readonly id: OnboardingId
  readonly state: OnboardingState
  readonly version: number
  /** Whose it is: a customer's, or a business's. */
  readonly customerId: CustomerId | null
  readonly merchantId: MerchantId | null
  readonly purpose: OnboardingPurpose
  /** Of a customer's. */
  readonly targetTier: TargetTier | null
  readonly given: readonly OnboardingItem[]
  readonly extra: readonly OnboardingItem[]
  readonly collectingSince: Date
  readonly reminders: number
  readonly verifyingSince: Date | null
  readonly reviewSince: Date | null
  readonly findings: KycFindings | KybFindings | ReviewFindings | null
  readonly verdict: KycVerdict | null
  readonly reviews: readonly KycReview[]
  readonly createdAt: Date
}

export async function findOnboarding(db: Kysely<Database>, id: string): Promise<Onboarding | undefined> {
  const row = await records(db).where('onboarding.id', '=', id).executeTakeFirst()
  return row && toOnboarding(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getOnboarding(db: Kysely<Database>, id: string): Promise<Onboarding> {
  const onboarding = await findOnboarding(db, id)
  if (!onboarding) throw new TypeError(`${id} is not there`)
  return onboarding
}

/** The customer's or the merchant's own application that is not over; there is one at most. */
export async function findOpenOnboarding(
  db: Kysely<Database>,
  of: CustomerId | MerchantId
): Promise<OnboardingId | undefined> {
  const row = await db
    .selectFrom('onboarding')
    .innerJoin('process', 'process.id', 'onboarding.id')
    .select('onboarding.id')
    .where(columnOf(of), '=', of)
    .where('onboarding.purpose', '=', 'application')
    .where('process.open', '=', true)
    .executeTakeFirst()
  return row && idOf('onb', row.id)
}

/** Newest first; a customer or merchant has few. */
export async function listOnboardings(db: Kysely<Database>, of: CustomerId | MerchantId): Promise<Onboarding[]> {
  const rows = await records(db)
    .where(columnOf(of), '=', of)
    .orderBy('onboarding.created_at', 'desc')
    .orderBy('onboarding.id')
    .limit(1_000)
    .execute()
  return rows.map(toOnboarding)
}

/**
 * Keeps the application as it is until the transaction ends: its next unit waits for that. What a customer gives is written
 * under this lock, so that nothing changes once it is being verified.
 */
export async function lockOnboarding(
  transaction: Transaction<Database>,
  id: OnboardingId
): Promise<OnboardingState | undefined> {
  await transaction.selectFrom('onboarding').select('id').where('id', '=', id).forShare().executeTakeFirst()
  const row = await transaction.selectFrom('process').select('state').where('id', '=', id).executeTakeFirst()
  return row && (row.state as OnboardingState)
}

const columnOf = (owner: CustomerId | MerchantId) =>
  isId('mer', owner) ? ('onboarding.merchant_id' as const) : ('onboarding.customer_id' as const)

const records = (db: Kysely<Database>) =>
  db
    .selectFrom('onboarding')
    .innerJoin('process', 'process.id', 'onboarding.id')
    .selectAll('onboarding')
    .select(['process.state', 'process.version'])

/**
 * What becomes of the customer with a unit: a tier by approval; suspended, and active again, by a periodic review. A
 * merchant is activated instead.
 */
export interface OwnerChange {
  readonly tier?: TargetTier
  readonly activate?: boolean
  readonly suspend?: boolean
  readonly lift?: boolean
}

/**
 * The posting queue's statement for whole rows. The customer or merchant changes in the same transaction, and what a screening found
 * is kept; two records of one customer in a batch change them once.
 */
export const onboardingWriter = {
  kind: 'onboarding',
  sql: withTasks(`, changes as (
    select customer_id, max((change ->> 'tier')::smallint) as tier, coalesce(bool_or((change ->> 'suspend')::boolean), false) as suspend,
        coalesce(bool_or((change ->> 'lift')::boolean), false) as lift
      from jsonb_to_recordset($1::jsonb) r (customer_id text, change jsonb) where customer_id is not null and change is not null group by customer_id
  ), changed as (
    update customer c set tier = greatest(c.tier, x.tier), updated_at = clock_timestamp(),
        state = case
          when x.suspend and c.state = 'active' then 'suspended'
          when x.lift and c.state = 'suspended' then 'active'
          when x.tier is not null and c.state = 'registered' then 'active'
          else c.state end
      from changes x where c.id = x.customer_id
  ), merchants as (
    update merchant m set state = 'active'
      from jsonb_to_recordset($1::jsonb) r (merchant_id text, change jsonb)
      where m.id = r.merchant_id and (r.change ->> 'activate')::boolean and m.state = 'pending'
  ), screened as (
    insert into screening (customer_id, list_version, score_bps, screened_at)
      select distinct on (customer_id) customer_id, findings -> 'screening' ->> 'list_version',
          round((findings -> 'screening' ->> 'score')::numeric * 10000)::integer, verifying_since
        from jsonb_to_recordset($1::jsonb) r (customer_id text, findings jsonb, verifying_since timestamptz)
        where customer_id is not null and findings is not null and findings <> 'null'::jsonb order by customer_id, verifying_since desc
      on conflict (customer_id) do update set
        list_version = excluded.list_version, score_bps = excluded.score_bps, screened_at = excluded.screened_at
        where screening.screened_at < excluded.screened_at
  )
    insert into onboarding
      select r.* from jsonb_populate_recordset(null::onboarding, $1::jsonb) r
      on conflict (id) do update set
        given = excluded.given, extra = excluded.extra, collecting_since = excluded.collecting_since,
        reminders = excluded.reminders, verifying_since = excluded.verifying_since, review_since = excluded.review_since,
        findings = excluded.findings, verdict = excluded.verdict, reviews = excluded.reviews`)
} as const

/** The row of a record, whole. */
export const toOnboardingRow = (onboarding: Onboarding): object => ({
  id: onboarding.id,
  customer_id: onboarding.customerId,
  merchant_id: onboarding.merchantId,
  purpose: onboarding.purpose,
  target_tier: onboarding.targetTier,
  given: onboarding.given,
  extra: onboarding.extra,
  collecting_since: onboarding.collectingSince,
  reminders: onboarding.reminders,
  verifying_since: onboarding.verifyingSince,
  review_since: onboarding.reviewSince,
  findings: onboarding.findings,
  verdict: onboarding.verdict,
  reviews: onboarding.reviews,
  created_at: onboarding.createdAt
})

/**
 * An application as its customer or merchant sees it, without its timeline. Why somebody looks, or what they found, is not in it: who is
 * like a listed name is never told so.
 * @param collectMs how long what is missing is waited for.
 */
export function toOnboardingView(onboarding: Onboarding, collectMs: number): Record<string, unknown> {
  const { id, state, customerId, merchantId, purpose, targetTier, given, collectingSince } = onboarding
  const due = missingItems(onboarding, given)
  return {
    id,
    object: 'onboarding',
    state,
    ...(customerId === null ? { merchant_id: merchantId } : { customer_id: customerId }),
    purpose,
    ...(targetTier !== null && { target_tier: targetTier }),
    requirements: {
      currently_due: state === 'collecting' ? due : [],
      past_due: state === 'expired' ? due : [],
      deadline: state === 'collecting' ? new Date(collectingSince.getTime() + collectMs).toISOString() : null
    }
  }
}

interface OnboardingRow {
  id: string
  state: string
  version: number
  customer_id: string | null
  merchant_id: string | null
  purpose: string
  target_tier: number | null
  given: string[]
  extra: string[]
  collecting_since: Date
  reminders: number
  verifying_since: Date | null
  review_since: Date | null
  findings: unknown
  verdict: unknown
  reviews: unknown
  created_at: Date
}

const toOnboarding = (row: OnboardingRow): Onboarding => ({
  id: idOf('onb', row.id),
  state: row.state as OnboardingState,
  version: row.version,
  customerId: row.customer_id === null ? null : idOf('cus', row.customer_id),
  merchantId: row.merchant_id === null ? null : idOf('mer', row.merchant_id),
  purpose: row.purpose as OnboardingPurpose,
  targetTier: row.target_tier as TargetTier | null,
  given: row.given as OnboardingItem[],
  extra: row.extra as OnboardingItem[],
  collectingSince: row.collecting_since,
  reminders: row.reminders,
  verifyingSince: row.verifying_since,
  reviewSince: row.review_since,
  findings: row.findings as Onboarding['findings'],
  verdict: row.verdict as KycVerdict | null,
  reviews: row.reviews as KycReview[],
  createdAt: row.created_at
})
