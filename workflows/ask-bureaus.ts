import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { IdentityWord } from '../activities/onboarding-bureau.ts'
import type { OnboardingStart } from '../activities/onboarding-progress.ts'
import { nextInquiryAtMs } from '../domain/inquiry-plan.ts'
import type { IdentityFinding, ScreeningFinding } from '../domain/kyc-verdict.ts'
import { providerOptions, recordOptions } from './activity-options.ts'
import { untilBusinessTime, type Nudges } from './wait.ts'

const { readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
const { checkIdentity } = proxyActivities<Activities>({ ...providerOptions, summary: 'have document and face checked' })
const { screenName } = proxyActivities<Activities>({ ...providerOptions, summary: 'look the name up on the lists' })

/**
 * Has document and face checked and the name looked up, side by side; of somebody who is known already, the name alone.
 * @param reference of this verification; the same one brings the bureau's word as it is by then.
 * @param since RFC 3339: the bureau is silent when it has not answered by the end of the plan after that.
 */
export async function askBureaus(
  start: OnboardingStart,
  reference: string,
  since: string,
  nudges: Nudges
): Promise<{ identity: IdentityFinding; screening: ScreeningFinding }> {
  const [identity, screening] = await Promise.all([identityOf(), screenName(start, reference)])
  return { identity, screening }

  /** Asks once, and again by the plan while the bureau says "later", or as soon as it has news. */
  async function identityOf(): Promise<IdentityFinding> {
    if (start.order.purpose === 'periodic_review') return { kind: 'clear' }
    const sinceMs = Date.parse(since)
    let word: IdentityWord = await checkIdentity(start, reference)
    while (word.kind === 'pending') {
      const elapsedMs = Date.parse(await readBusinessClock()) - sinceMs
      const nextMs = nextInquiryAtMs(elapsedMs, start.policy.kyc.bureau)
      if (nextMs === undefined) return { kind: 'silent' }
      const next = new Date(sinceMs + nextMs).toISOString()
      await untilBusinessTime(next, { nudges, businessNow: readBusinessClock, summary: `ask the bureau at ${next}` })
      word = await checkIdentity(start, reference)
    }
    return word
  }
}
