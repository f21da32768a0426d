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
import type { RecordOf } from './rows.ts'

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

type OnboardingRow = RecordOf<'onboarding'>

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
