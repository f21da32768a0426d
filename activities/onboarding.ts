import { idOf } from '../domain/ids.ts'
import { ageOn, kycVerdict, type IdentityFinding, type ScreeningFinding } from '../domain/kyc-verdict.ts'
import { limitWindows } from '../domain/limits.ts'
import { isOfBusiness } from '../domain/onboarding.ts'
import { findCustomer } from '../store/customers.ts'
import { findFirstVersion } from '../store/event.ts'
import { readKybProfile } from '../store/kyb-profile.ts'
import { hasNamesake, readKycProfile } from '../store/kyc-profile.ts'
import { findOnboarding, getOnboarding, type Onboarding } from '../store/onboarding.ts'
import { readBusinessNow } from '../store/process.ts'
import { pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import {
  toOnboardingProgress,
  type CustomerStart,
  type OnboardingAccepted,
  type OnboardingProgress,
  type OnboardingStart
} from './onboarding-progress.ts'
import { createOnboardingStep } from './onboarding-step.ts'
import { onboardingUnits } from './onboarding-units.ts'
import { settle } from './settle.ts'

/** The steps of an application that touch only our own records; each is one unit of work, and safe to repeat. */
export function onboardingActivities({
  db,
  ledger,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'crash'>) {
  const progressOf = async (start: OnboardingStart): Promise<OnboardingProgress> =>
    toOnboardingProgress(await getOnboarding(db, start.id), start)

  const step = createOnboardingStep({ db, ledger, crash })

  return {
    /** Takes the application in, with what is known of the customer already; or as one too many. */
    openOnboarding: async (start: OnboardingStart): Promise<OnboardingAccepted> => {
      const there = await findOnboarding(db, start.id)
      if (!there) {
        const units = onboardingUnits(start)
        const onboarding = await newOnboarding({ db, vault }, start)
        const settled = await settle(ledger, async () => units.open(onboarding))
        if (settled.kind === 'refused') await settle(ledger, async () => units.superfluous(onboarding))
      }
      const progress = await progressOf(start)
      crash('onboarding.open/report')
      return there ? { ...progress, first_version: await findFirstVersion(db, start.id) } : progress
    },

    /** A time has come while nobody did anything: somebody is reminded, or it is over. */
    remindOnboarding: (start: OnboardingStart): Promise<OnboardingProgress> =>
      step(start, 'remind', (onboarding, now) => {
        const { next, deadline } = toOnboardingProgress(onboarding, start)
        if (next === undefined || now.toISOString() < deadline!) return undefined
        const units = onboardingUnits(start)
        // What a review wanted has not come: it goes on with what is there.
        if (next === 'expire' && onboarding.purpose === 'periodic_review') return units.verifying(onboarding, now)
        if (next === 'expire') return units.expired(onboarding)
        if (next === 'remind') return units.reminded(onboarding, 'onboarding.reminded')
        if (next === 'escalate') return units.reminded(onboarding, 'onboarding.review_escalated', 'escalated')
        return units.reminded(onboarding, 'onboarding.review_due', 'reminded')
      }),

    verifyOnboarding: (start: OnboardingStart): Promise<OnboardingProgress> =>
      step(start, 'verify', (onboarding, now) =>
        onboarding.state === 'collecting' && toOnboardingProgress(onboarding, start).missing === 0
          ? onboardingUnits(start).verifying(onboarding, now)
          : undefined
      ),

    /** Weighs what was found; who is who twice, and how old they are, is found out here. */
    concludeOnboarding: async (
      start: CustomerStart,
      identity: IdentityFinding,
      screening: ScreeningFinding
    ): Promise<OnboardingProgress> => {
      const { policy, order } = start
      const units = onboardingUnits(start)
      if (order.purpose === 'periodic_review')
        return step(start, 'conclude', (onboarding, now) => units.screened(onboarding, screening, now))
      const customerId = idOf('cus', order.customer_id)
      const profile = await readKycProfile(db, vault, customerId)
      const duplicate = await hasNamesake(db, vault, customerId, profile)
      const customer = await findCustomer(db, customerId)
      return step(start, 'conclude', (onboarding, now) => {
        if (onboarding.state !== 'verifying') return undefined
        const age = ageOn(limitWindows(now, customer!.zone).day, profile.birthDate)
        const findings = { identity, screening, age, duplicate }
        return units.concluded(onboarding, { findings, verdict: kycVerdict(findings, policy, order.target_tier) }, now)
      })
    },

    readOnboarding: (start: OnboardingStart): Promise<OnboardingProgress> => progressOf(start),

    listOnboardingDecisions: pendingDecisions(db)
  }
}

/** With what is known of the customer or business already. */
async function newOnboarding(
  { db, vault }: Pick<ActivityDeps, 'db' | 'vault'>,
  start: OnboardingStart
): Promise<Onboarding> {
  const now = await readBusinessNow(db)
  return {
    id: idOf('onb', start.id),
    state: 'collecting',
    version: 0,
    ...(await ownerOf({ db, vault }, start)),
    purpose: start.order.purpose ?? 'application',
    extra: [],
    collectingSince: now,
    reminders: 0,
    verifyingSince: null,
    reviewSince: null,
    findings: null,
    verdict: null,
    reviews: [],
    createdAt: now
  }
}

async function ownerOf(
  { db, vault }: Pick<ActivityDeps, 'db' | 'vault'>,
  start: OnboardingStart
): Promise<Pick<Onboarding, 'customerId' | 'merchantId' | 'targetTier' | 'given'>> {
  if (isOfBusiness(start)) {
    const merchantId = idOf('mer', start.order.merchant_id)
    const { given } = await readKybProfile(db, vault, merchantId)
    return { customerId: null, merchantId, targetTier: null, given }
  }
  const customerId = idOf('cus', start.order.customer_id)
  const { given } = await readKycProfile(db, vault, customerId)
  return { customerId, merchantId: null, targetTier: start.order.target_tier, given }
}
