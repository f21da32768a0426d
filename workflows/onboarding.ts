import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { OnboardingProgress, OnboardingStart } from '../activities/onboarding-progress.ts'
import { isOfBusiness, onboardingStates, type OnboardingState } from '../domain/onboarding.ts'
import type { ApplicationNews } from '../domain/application-news.ts'
import { partReference } from '../domain/reference.ts'
import { inTurn } from '../temporal/in-turn.ts'
import { newsOptions, recordOptions } from './activity-options.ts'
import { askAboutBusiness, askBureaus } from './ask-bureaus.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { approve, ask, reject, submit, withdraw } from './messages.ts'
import { present } from './presentation.ts'
import { receiveNudges, untilBusinessTime, untilNudged } from './wait.ts'

const { openOnboarding, submitOnboarding, withdrawOnboarding, reviewOnboarding, askOnboarding, remindOnboarding } =
  proxyLocalActivities<Activities>(recordOptions)
const {
  verifyOnboarding,
  concludeOnboarding,
  concludeBusiness,
  readOnboarding,
  listOnboardingDecisions,
  readBusinessClock
} = proxyLocalActivities<Activities>(recordOptions)
const { tellApplicant } = proxyActivities<Activities>({ ...newsOptions, summary: 'tell the customer' })

/**
 * An application to be known well enough for a tier, or as a business to be paid: collects what is missing, has it checked, and is decided, by the
 * findings alone where they are plain, by reviewers where they are not.
 */
export async function onboarding(start: OnboardingStart): Promise<OnboardingProgress> {
  const answer = answerFirst<OnboardingProgress>(start)
  const nudges = receiveNudges()
  // Nobody reads the end of a story before its beginning.
  const inOrder = inTurn('one message after the other')
  const told: Promise<void>[] = []
  let current: OnboardingProgress | undefined
  const isOver = () => current !== undefined && onboardingStates.isTerminal(current.state)

  const decisions = createDecisions(
    {
      submit: (id) => submitOnboarding(start, id),
      withdraw: (id) => withdrawOnboarding(start, id),
      approve: (id) => reviewOnboarding(start, id),
      reject: (id) => reviewOnboarding(start, id),
      ask: (id) => askOnboarding(start, id)
    },
    (progress) => show(progress as OnboardingProgress)
  )
  setHandler(submit, (id) => decisions.take('submit', id))
  setHandler(withdraw, (id) => decisions.take('withdraw', id))
  setHandler(approve, (id) => decisions.take('approve', id))
  setHandler(reject, (id) => decisions.take('reject', id))
  setHandler(ask, (id) => decisions.take('ask', id))

  const { first_version, ...opened } = await openOnboarding(start)
  show(opened)
  answer.give({ ...opened, version: first_version ?? opened.version })
  // A run that was started again may find decisions that nobody could deliver.
  nudges.received += 1
  while (!isOver()) {
    if (current!.state === 'verifying') await verify(current!)
    else if (current!.missing === 0 && current!.state === 'collecting') await step(() => verifyOnboarding(start))
    else await waitForSomebody(current!)
  }
  await Promise.all(told)
  await answer.delivered()
  return current!

  /** What is missing comes, a reviewer decides, or a time does. */
  async function waitForSomebody({ deadline, state }: OnboardingProgress): Promise<void> {
    const version = current!.version
    const or = () => isOver() || current!.version !== version
    const summary = `until ${deadline} while ${state}`
    const woken =
      deadline === undefined
        ? await untilNudged({ nudges, or })
        : await untilBusinessTime(deadline, { nudges, businessNow: readBusinessClock, summary, or })
    if (woken === 'due') await step(() => remindOnboarding(start))
    if (woken === 'nudged') {
      for (const { id, action } of await listOnboardingDecisions(start)) await decisions.take(action, id)
      show(await readOnboarding(start))
    }
  }

  async function verify({ version, verifying_since }: OnboardingProgress): Promise<void> {
    // Of this round alone: what is checked again after more was given is another check.
    const reference = partReference(start.id, version)
    if (isOfBusiness(start)) {
      const words = await askAboutBusiness(start, reference, verifying_since!, nudges)
      return step(() => concludeBusiness(start, words))
    }
    const { identity, screening } = await askBureaus(start, reference, verifying_since!, nudges)
    await step(() => concludeOnboarding(start, identity, screening))
  }

  async function step(next: () => Promise<OnboardingProgress>): Promise<void> {
    show(await decisions.alone(next))
  }

  /** A step that answers late must not set the picture back. */
  function show(next: OnboardingProgress): void {
    if (current && next.version <= current.version) return
    const news = newsOf(start, current, next)
    current = next
    if (news) told.push(inOrder(() => tellApplicant(start, news, next.version)).catch(() => undefined))
    const customerRef = isOfBusiness(start) ? undefined : start.order.customer_id
    present({ state: next.state, details: detailsOf(start, next), deadlineAt: next.deadline, customerRef })
  }
}

/** What a customer hears of; everything else they see when they look. */
function newsOf(
  { order }: OnboardingStart,
  before: OnboardingProgress | undefined,
  now: OnboardingProgress
): ApplicationNews | undefined {
  if (before === undefined) return undefined
  const { state } = now
  if (state === 'collecting') {
    if (before.state !== 'collecting') return 'collecting'
    return before.missing === now.missing && before.deadline !== now.deadline ? 'reminded' : undefined
  }
  if (order.purpose === 'periodic_review') return newsOfReview(before.state, state)
  return state === 'approved' || state === 'rejected' || state === 'expired' ? state : undefined
}

/** Nothing while nothing follows from it: most names are near a listed one for a moment only. */
function newsOfReview(before: OnboardingState, now: OnboardingState): ApplicationNews | undefined {
  if (now === 'in_review' && before === 'verifying') return 'restricted'
  return now === 'approved' && before === 'in_review' ? 'lifted' : undefined
}

const detailsOf = (start: OnboardingStart, { missing, next, deadline }: OnboardingProgress): string[] => [
  `${purposeOf(start)}${missing > 0 ? `, ${missing} things are missing` : ''}`,
  ...(next ? [`${next} at ${deadline} (business time)`] : []),
  `record: \`GET /v1/onboardings/${start.id}\``
]

function purposeOf(start: OnboardingStart): string {
  const review = start.order.purpose === 'periodic_review' && 'periodic review'
  if (isOfBusiness(start)) return `${review || 'to be paid'} for \`${start.order.merchant_id}\``
  return `${review || `tier ${start.order.target_tier}`} for \`${start.order.customer_id}\``
}
