import type { Refusal } from '../domain/errors.ts'
import type { OnboardingItem, OnboardingState } from '../domain/onboarding.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { getOnboarding, type Onboarding } from '../store/onboarding.ts'
import { readBusinessNow } from '../store/process.ts'
import { carryOut } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { toOnboardingProgress, type OnboardingProgress, type OnboardingStart } from './onboarding-progress.ts'
import { onboardingUnits } from './onboarding-units.ts'

type OnboardingDecided = DecisionOutcome<OnboardingState> & { readonly progress: OnboardingProgress }

/** What customers and reviewers decide about an application; each decision is one unit of work. */
export function onboardingDecisionActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  async function decide(
    start: OnboardingStart,
    decisionId: string,
    partFor: (onboarding: Onboarding, decision: Decision, now: Date) => UnitPart | Refusal
  ): Promise<OnboardingDecided> {
    const settled = await carryOut({ db, ledger }, { processId: start.id, decisionId }, async (decision) =>
      partFor(await getOnboarding(db, start.id), decision, await readBusinessNow(db))
    )
    return { ...settled, progress: toOnboardingProgress(await getOnboarding(db, start.id), start) }
  }

  return {
    submitOnboarding: (start: OnboardingStart, decisionId: string): Promise<OnboardingDecided> =>
      decide(start, decisionId, (onboarding, { data, actor }) =>
        onboardingUnits(start).submitted(onboarding, data['items'] as OnboardingItem[], actor)
      ),

    withdrawOnboarding: (start: OnboardingStart, decisionId: string): Promise<OnboardingDecided> =>
      decide(start, decisionId, (onboarding, { actor }) => onboardingUnits(start).withdrawn(onboarding, actor)),

    reviewOnboarding: (start: OnboardingStart, decisionId: string): Promise<OnboardingDecided> =>
      decide(start, decisionId, (onboarding, { action, actor, data }) => {
        const verdict = action === 'approve' ? 'approve' : 'reject'
        return onboardingUnits(start).reviewed(onboarding, { actor, verdict, reason: String(data['reason']) })
      }),

    askOnboarding: (start: OnboardingStart, decisionId: string): Promise<OnboardingDecided> =>
      decide(start, decisionId, (onboarding, { data, actor }, now) =>
        onboardingUnits(start).asked(onboarding, data['items'] as OnboardingItem[], actor, now)
      )
  }
}
