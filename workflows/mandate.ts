import {
  allHandlersFinished,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo
} from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { MandateProgress, MandateStart } from '../activities/mandate-progress.ts'
import { mandateStates } from '../domain/mandate.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { mandateOptions, recordOptions } from './activity-options.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { cancel, change, changeNext, pause, resume, skipNext } from './messages.ts'
import { present } from './presentation.ts'
import { receiveNudges, untilNudged } from './wait.ts'

const { openMandate, readMandate, listMandateDecisions } = proxyLocalActivities<Activities>(recordOptions)
const { pauseMandate, resumeMandate, skipNextOfMandate } = proxyLocalActivities<Activities>(recordOptions)
const { changeNextOfMandate, cancelMandate, changeMandate } = proxyLocalActivities<Activities>(recordOptions)
const { lookAtMandate } = proxyActivities<Activities>(mandateOptions)

/**
 * Bills that pay themselves. This run takes its customer's decisions and keeps the mandate's Schedule as the record wants it;
 * what is paid are bill payments of their own, which the Schedule's runs announce.
 */
export async function mandate(start: MandateStart): Promise<MandateProgress> {
  const answer = answerFirst<MandateProgress>(start)
  const nudges = receiveNudges()
  let current: MandateProgress | undefined
  /** Of the record that the Schedule and the payments' runs were last told of. */
  let told = 0
  const isOver = () => mandateStates.isTerminal(current!.state)

  const decisions = createDecisions(
    {
      pause: (id) => pauseMandate(start, id),
      resume: (id) => resumeMandate(start, id),
      'skip-next': (id) => skipNextOfMandate(start, id),
      'change-next': (id) => changeNextOfMandate(start, id),
      cancel: (id) => cancelMandate(start, id),
      change: (id) => changeMandate(start, id)
    },
    show
  )
  for (const update of [pause, resume, skipNext, changeNext, cancel, change])
    setHandler(update, (id: string) => decisions.take(update.name, id))

  const { first_version, ...opened } = await openMandate(start)
  show(opened)
  answer.give({ ...opened, version: first_version ?? opened.version })
  // A run that was started again may find decisions that nobody could deliver.
  nudges.received += 1
  do {
    await untilNudged({ nudges, or: () => current!.version > told })
    nudges.taken = nudges.received
    for (const { id, action } of await listMandateDecisions(start)) await decisions.take(action, id)
    const look = await lookAtMandate({ id: start.id })
    told = look.version
    show(await readMandate(start))
    if (workflowInfo().continueAsNewSuggested && allHandlersFinished() && !isOver())
      await continueAsNew<typeof mandate>(start)
  } while (!isOver() || current!.version > told)
  await answer.delivered()
  return current!

  /** A step that answers late must not set the picture back. */
  function show(next: MandateProgress): void {
    if (current && next.version < current.version) return
    current = next
    present({ state: next.state, details: detailsOf(start, next), deadlineAt: next.deadline })
  }
}

const detailsOf = ({ id, order }: MandateStart, { period, deadline, reason }: MandateProgress): string[] => [
  'fixed' in order.amount
    ? `${formatMoney(fromWire(order.amount.fixed))} to \`${order.biller_id}\``
    : `bills of \`${order.biller_id}\`, up to ${formatMoney(fromWire(order.amount.bill_up_to))}`,
  ...(reason ? [`because of ${reason}`] : []),
  ...(deadline ? [`the payment of ${period} is announced at ${deadline} (business time)`] : []),
  `Schedule: \`mandate/${id}\`; record: \`GET /v1/mandates/${id}\``
]
