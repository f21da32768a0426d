import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { BusinessWords } from '../activities/onboarding-business.ts'
import type { BusinessStart, CustomerStart } from '../activities/onboarding-progress.ts'
import { nextInquiryAtMs } from '../domain/inquiry-plan.ts'
import type { IdentityFinding, ScreeningFinding } from '../domain/kyc-verdict.ts'
import { providerOptions, recordOptions } from './activity-options.ts'
import { untilBusinessTime, type Nudges } from './wait.ts'

const { readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
const { checkIdentity } = proxyActivities<Activities>({ ...providerOptions, summary: 'have document and face checked' })
const { checkBusiness } = proxyActivities<Activities>({
  ...providerOptions,
  summary: 'look the business up in the register'
})
const { screenBusiness } = proxyActivities<Activities>({
  ...providerOptions,
  summary: 'look the business and its people up on the lists'
})
const { confirmSettlementAccount } = proxyActivities<Activities>({
  ...providerOptions,
  summary: 'ask the bank whose account it is'
})
const { screenName } = proxyActivities<Activities>({ ...providerOptions, summary: 'look the name up on the lists' })

/**
 * Has document and face checked and the name looked up, side by side; of somebody who is known already, the name alone.
 * @param reference of this verification; the same one brings the bureau's word as it is by then.
 * @param since RFC 3339: the bureau is silent when it has not answered by the end of the plan after that.
 */
export async function askBureaus(
  start: CustomerStart,
  reference: string,
  since: string,
  nudges: Nudges
): Promise<{ identity: IdentityFinding; screening: ScreeningFinding }> {
  const identityOf = (): Promise<IdentityFinding> =>
    start.order.purpose === 'periodic_review'
      ? Promise.resolve({ kind: 'clear' })
      : untilSaid(() => checkIdentity(start, reference), { plan: start.policy.kyc.bureau, since, nudges })
  const [identity, screening] = await Promise.all([identityOf(), screenName(start, reference)])
  return { identity, screening }
}

/** The same about a business: the register, the lists, and the bank of its settlement account; in a review the lists alone. */
export async function askAboutBusiness(
  start: BusinessStart,
  reference: string,
  since: string,
  nudges: Nudges
): Promise<BusinessWords> {
  if (start.order.purpose === 'periodic_review')
    return { registry: { kind: 'clear' }, screening: await screenBusiness(start, reference), payee: 'match' }
  const [registry, screening, payee] = await Promise.all([
    untilSaid(() => checkBusiness(start, reference), { plan: start.policy.kyc.bureau, since, nudges }),
    screenBusiness(start, reference),
    confirmSettlementAccount(start, reference)
  ])
  return { registry, screening, payee }
}

/** Asks once, and again by the plan while the bureau says "later", or as soon as it has news. */
async function untilSaid<Word extends { readonly kind: string }>(
  ask: () => Promise<Word>,
  { plan, since, nudges }: { plan: CustomerStart['policy']['kyc']['bureau']; since: string; nudges: Nudges }
): Promise<Exclude<Word, { readonly kind: 'pending' }> | { readonly kind: 'silent' }> {
  const sinceMs = Date.parse(since)
  let word = await ask()
  while (word.kind === 'pending') {
    const elapsedMs = Date.parse(await readBusinessClock()) - sinceMs
    const nextMs = nextInquiryAtMs(elapsedMs, plan)
    if (nextMs === undefined) return { kind: 'silent' }
    const next = new Date(sinceMs + nextMs).toISOString()
    await untilBusinessTime(next, { nudges, businessNow: readBusinessClock, summary: `ask the bureau at ${next}` })
    word = await ask()
  }
  return word as Exclude<Word, { readonly kind: 'pending' }>
}
