import { continueAsNew, proxyLocalActivities, setHandler, workflowInfo } from '@temporalio/workflow'
import type { DisputeNext, DisputeProgress, DisputeStart } from '../activities/dispute-progress.ts'
import type { Activities } from '../activities/index.ts'
import { disputeStates } from '../domain/dispute.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { recordOptions } from './activity-options.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { accept, decide, retry, submitEvidence as submitEvidenceUpdate, withdraw } from './messages.ts'
import { present } from './presentation.ts'
import { settleRepresentment } from './representment.ts'
import { receiveNudges, untilBusinessTime, untilNudged } from './wait.ts'

const { openDispute, readDispute, listDisputeDecisions, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { askForResponse, remindMerchant, expireDispute, creditProvisionally, releaseReserve, reverseCredit } =
  proxyLocalActivities<Activities>(recordOptions)
const { submitEvidence, acceptDispute, withdrawDispute, decideDispute, retryDispute } =
  proxyLocalActivities<Activities>(recordOptions)

const steps: Readonly<Record<Exclude<DisputeNext, 'represent'>, (start: DisputeStart) => Promise<DisputeProgress>>> = {
  respond: askForResponse,
  remind: remindMerchant,
  expire: expireDispute,
  credit: creditProvisionally,
  release: releaseReserve,
  reverse: reverseCredit
}

/** What an operator reads on the timer. */
const waits: Readonly<Record<DisputeNext, string>> = {
  respond: 'until it is formal, unless the merchant sets it right',
  remind: 'until the merchant is reminded',
  expire: 'until the merchant has lost by saying nothing',
  credit: 'until the customer is credited provisionally',
  release: 'until the merchant has their money back',
  reverse: 'until the provisional credit is taken back',
  represent: 'until the acquirer is told that the merchant contests it'
}

/**
 * A customer contests a payment, with us or at the card's issuer: its money is reserved, the merchant answers or does not, a reviewer decides. Weeks pass
 * meanwhile, and whatever has to happen in them happens at its time.
 */
export async function dispute(start: DisputeStart): Promise<DisputeProgress> {
  const answer = answerFirst<DisputeProgress>(start)
  const nudges = receiveNudges()
  let current: DisputeProgress | undefined
  const isOver = () => current !== undefined && disputeStates.isTerminal(current.state)
  const decisions = createDecisions(
    {
      'submit-evidence': (id) => submitEvidence(start, id),
      accept: (id) => acceptDispute(start, id),
      withdraw: (id) => withdrawDispute(start, id),
      decide: (id) => decideDispute(start, id),
      retry: async (id) => {
        const outcome = await retryDispute(start, id)
        // Whoever waits for the acquirer asks it now.
        nudges.received += 1
        return outcome
      }
    },
    (progress) => show(progress as DisputeProgress)
  )
  for (const update of [submitEvidenceUpdate, accept, withdraw, decide, retry])
    setHandler(update, (id) => decisions.take(update.name, id))

  const { first_version, ...opened } = await openDispute(start)
  show(opened)
  answer.give({ ...opened, version: first_version ?? opened.version })
  // A run that was started again may find decisions that nobody could deliver.
  nudges.received += 1
  while (!isOver() && !workflowInfo().continueAsNewSuggested) await waitForSomething(current!)
  await answer.delivered()
  // Everything that it has to know is in its record.
  if (!isOver()) await continueAsNew<typeof dispute>(start)
  return current!

  /** Its next time comes, or somebody does. */
  async function waitForSomething({ version, next, deadline }: DisputeProgress): Promise<void> {
    const or = () => isOver() || current!.version !== version
    const woken =
      next === undefined
        ? await untilNudged({ nudges, or })
        : await untilBusinessTime(deadline!, { nudges, businessNow: readBusinessClock, summary: waits[next], or })
    if (woken === 'due' && next === 'represent')
      await settleRepresentment(start, { nudges, decisions, consumeDecisions, current: () => current!, show })
    else if (woken === 'due') show(await decisions.alone(() => steps[next as keyof typeof steps](start)))
    if (woken !== 'nudged') return
    await consumeDecisions()
    show(await readDispute(start))
  }

  async function consumeDecisions(): Promise<void> {
    for (const { id, action } of await listDisputeDecisions(start)) await decisions.take(action, id)
  }

  /** A step that answers late must not set the picture back. */
  function show(progress: DisputeProgress): void {
    if (current && progress.version < current.version) return
    current = progress
    const { state, deadline } = progress
    present({ state, details: detailsOf(start, progress), deadlineAt: deadline })
  }
}

const detailsOf = (
  { id, order }: DisputeStart,
  { amount, next, deadline, decline_code }: DisputeProgress
): string[] => [
  `${formatMoney(fromWire(amount))} of \`${order.payment_id}\`: ${order.reason}`,
  ...(decline_code ? [`nothing left to dispute: \`${decline_code}\``] : []),
  ...(next ? [`${waits[next]}: ${deadline} (business time)`] : []),
  `record: \`GET /v1/disputes/${id}\``
]
