import { activityInfo, heartbeat, log } from '@temporalio/activity'
import { isId, type OnboardingId } from '../domain/ids.ts'
import { isNearListed, toBps } from '../domain/kyc-verdict.ts'
import { businessPolicy, onboardingPolicy } from '../domain/policy/index.ts'
import type { TargetTier } from '../domain/onboarding.ts'
import { derivedId } from '../store/derived-id.ts'
import { readKycProfile } from '../store/kyc-profile.ts'
import { listToScreen, putScreening, type DueParty } from '../store/screening.ts'
import { screenBusinessNames } from './business-names.ts'
import type { ActivityDeps } from './deps.ts'
import type { OnboardingStart } from './onboarding-progress.ts'

/** What became of a number of customers and merchants. */
export interface ScreenedCount {
  readonly screened: number
  /** Near a listed name: each has a review of its own now. */
  readonly near: number
  /** Could not be compared this time; they are still due tomorrow. */
  readonly failed: number
}

export interface ScreenedPage extends ScreenedCount {
  /** The last one of the page; absent: there are no more. */
  readonly last?: string
}

const PAGE = 50
const AT_ONCE = 5
/** So often a page is begun again for the sake of some of it: about two minutes. Then they wait until tomorrow. */
const ATTEMPTS_FOR_SOME = 8

/** Compares the names of those who are customers or merchants already, page by page. */
export function rescreeningActivities({
  db,
  vault,
  screening,
  runs,
  policy,
  crash
}: Pick<ActivityDeps, 'db' | 'vault' | 'screening' | 'runs' | 'policy' | 'crash'>) {
  async function screen(due: DueParty, listVersion: string): Promise<'far' | 'near'> {
    const found = await search(due, reviewIdOf(due, listVersion))
    if (!isNearListed(found, policy)) {
      await putScreening(db, due.id, { listVersion: found.listVersion, scoreBps: toBps(found.score) })
      return 'far'
    }
    // By the list that has answered: a run for the one before it, which this one has replaced meanwhile, begins the same.
    const reviewId = reviewIdOf(due, found.listVersion)
    crash('rescreening.near/before')
    await runs.restart('onboarding', reviewId, reviewOf(due, reviewId), 'periodic review')
    crash('rescreening.near/started')
    return 'near'
  }

  async function search({ id }: DueParty, reference: string): Promise<{ listVersion: string; score: number }> {
    if (isId('mer', id)) {
      const found = await screenBusinessNames({ db, vault, screening }, id, reference, policy)
      return { listVersion: found.list_version, score: found.score }
    }
    const { name, birthDate } = await readKycProfile(db, vault, id)
    return screening.search({ reference, name, birthDate: birthDate || undefined })
  }

  /** The review looks the names up again, and writes down what it found; until it has, whoever it is stays due. */
  function reviewOf(due: DueParty, reviewId: OnboardingId): OnboardingStart {
    const common = { id: reviewId, fingerprint: reviewId, actor: 'rescreening', requestId: 'rescreening' }
    const purpose = 'periodic_review' as const
    if (due.tier === null) return { ...common, order: { merchant_id: due.id, purpose }, policy: businessPolicy(policy) }
    const order = { customer_id: due.id, target_tier: due.tier as TargetTier, purpose }
    return { ...common, order, policy: onboardingPolicy(policy) }
  }

  return {
    readListVersion: (): Promise<string> => screening.version(),

    /**
     * Those who come after `afterId` and are due. Called again after a lost worker, it finds only those still due.
     * @throws {Error} when somebody of the page could not be compared, and Temporal tries again; forever, when nobody could
     */
    screenPage: async (listVersion: string, afterId: string): Promise<ScreenedPage> => {
      const maxAgeMs = policy.kyc.rescreen_ms
      const page = await listToScreen(db, { listVersion, maxAgeMs, afterId, limit: PAGE })
      const count = { screened: 0, near: 0, failed: 0 }
      let lost: PromiseRejectedResult | undefined
      for (let from = 0; from < page.length; from += AT_ONCE) {
        heartbeat(from)
        const results = await Promise.allSettled(
          page.slice(from, from + AT_ONCE).map((each) => screen(each, listVersion))
        )
        for (const result of results) {
          if (result.status === 'fulfilled') count.screened += 1
          if (result.status === 'fulfilled' && result.value === 'near') count.near += 1
          if (result.status === 'rejected') count.failed += 1
        }
        lost ??= results.find((result) => result.status === 'rejected')
      }
      if (lost && (count.screened === 0 || activityInfo().attempt < ATTEMPTS_FOR_SOME)) throw lost.reason
      if (lost) log.warn('some were not screened', { failed: count.failed, reason: String(lost.reason) })
      const last = page.at(-1)?.id
      return { ...count, ...(last !== undefined && { last }) }
    }
  }
}

/** The same screening begins the same review, whoever repeats it; the next one of the same begins another. */
const reviewIdOf = ({ id, screenedAt }: DueParty, listVersion: string): OnboardingId =>
  derivedId('onb', `${id}|${listVersion}|${screenedAt?.toISOString() ?? 'never'}`)
