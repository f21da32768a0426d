import { idOf } from '../domain/ids.ts'
import { ageOn, type IdentityFinding, type ScreeningFinding } from '../domain/kyc-verdict.ts'
import { limitWindows } from '../domain/limits.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { findCustomer } from '../store/customers.ts'
import { findFirstVersion } from '../store/event.ts'
import { hasNamesake, readKycProfile } from '../store/kyc-profile.ts'
import { findOnboarding, getOnboarding, type Onboarding } from '../store/onboarding.ts'
import { readBusinessNow } from '../store/process.ts'
import { advance } from './advance.ts'
import { pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import {
  toOnboardingProgress,
  type OnboardingAccepted,
  type OnboardingProgress,
  type OnboardingStart
} from './onboarding-progress.ts'
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

  const step = stepsOf({ db, ledger, crash })

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
        return next === 'escalate'
          ? units.reminded(onboarding, 'onboarding.review_escalated', 'escalated')
          : units.reminded(onboarding, 'onboarding.review_due', 'reminded')
      }),

    verifyOnboarding: (start: OnboardingStart): Promise<OnboardingProgress> =>
      step(start, 'verify', (onboarding, now) =>
        onboarding.state === 'collecting' && toOnboardingProgress(onboarding, start).missing === 0
          ? onboardingUnits(start).verifying(onboarding, now)
          : undefined
      ),

    /** Weighs what was found; who is who twice, and how old they are, is found out here. */
    concludeOnboarding: async (
      start: OnboardingStart,
      identity: IdentityFinding,
      screening: ScreeningFinding
    ): Promise<OnboardingProgress> => {
      const { customer_id, purpose } = start.order
      const customerId = idOf('cus', customer_id)
      if (purpose === 'periodic_review')
        return step(start, 'conclude', (onboarding, now) =>
          onboarding.state === 'verifying'
            ? onboardingUnits(start).concluded(onboarding, { screening }, now)
            : undefined
        )
      const profile = await readKycProfile(db, vault, customerId)
      const duplicate = await hasNamesake(db, vault, customerId, profile)
      const customer = await findCustomer(db, customerId)
      return step(start, 'conclude', (onboarding, now) => {
        if (onboarding.state !== 'verifying') return undefined
        const age = ageOn(limitWindows(now, customer!.zone).day, profile.birthDate)
        return onboardingUnits(start).concluded(onboarding, { identity, screening, age, duplicate }, now)
      })
    },

    readOnboarding: (start: OnboardingStart): Promise<OnboardingProgress> => progressOf(start),

    listOnboardingDecisions: pendingDecisions(db)
  }
}

/** With what is known of the customer already. */
async function newOnboarding(
  { db, vault }: Pick<ActivityDeps, 'db' | 'vault'>,
  { id, order }: OnboardingStart
): Promise<Onboarding> {
  const customerId = idOf('cus', order.customer_id)
  const now = await readBusinessNow(db)
  const { given } = await readKycProfile(db, vault, customerId)
  return {
    id: idOf('onb', id),
    state: 'collecting',
    version: 0,
    customerId,
    purpose: order.purpose ?? 'application',
    targetTier: order.target_tier,
    given,
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

function stepsOf({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  /** Posts what `partFor` makes of the record as it is now; undefined: it moved on, and there is nothing to do. */
  return async function step(
    start: OnboardingStart,
    name: string,
    partFor: (onboarding: Onboarding, now: Date) => UnitPart | undefined
  ): Promise<OnboardingProgress> {
    const { seen, posted } = await advance(
      ledger,
      { key: ({ onboarding }) => `${start.id}:${name}:${onboarding.version}`, fingerprint: start.fingerprint },
      async () => ({ onboarding: await getOnboarding(db, start.id), now: await readBusinessNow(db) }),
      ({ onboarding, now }) => partFor(onboarding, now)
    )
    if (posted) crash(`onboarding.${name}/report`)
    return toOnboardingProgress(seen.onboarding, start)
  }
}
