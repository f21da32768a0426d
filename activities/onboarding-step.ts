import type { UnitPart } from '../ledger/unit-of-work.ts'
import { getOnboarding, type Onboarding } from '../store/onboarding.ts'
import { readBusinessNow } from '../store/process.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import { toOnboardingProgress, type OnboardingProgress, type OnboardingStart } from './onboarding-progress.ts'

export function createOnboardingStep({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
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
