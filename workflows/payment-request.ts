import { proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { PaymentRequestProgress, PaymentRequestStart } from '../activities/payment-request-progress.ts'
import { paymentRequestStates } from '../domain/payment-request.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { recordOptions } from './activity-options.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { cancel } from './messages.ts'
import { present } from './presentation.ts'
import { receiveNudges, untilBusinessTime } from './wait.ts'

const { openPaymentRequest, cancelPaymentRequest, expirePaymentRequest, readPaymentRequest } =
  proxyLocalActivities<Activities>(recordOptions)
const { listPaymentRequestDecisions, readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)

/** A merchant asks for money, and waits until it is paid, taken back, or out of time. The payment's own unit pays it. */
export async function paymentRequest(start: PaymentRequestStart): Promise<PaymentRequestProgress> {
  const answer = answerFirst<PaymentRequestProgress>(start)
  const nudges = receiveNudges()
  let current: PaymentRequestProgress | undefined
  const isOver = () => current !== undefined && paymentRequestStates.isTerminal(current.state)

  const decisions = createDecisions({ cancel: (id) => cancelPaymentRequest(start, id) }, show)
  setHandler(cancel, (id) => decisions.take('cancel', id))

  const { first_version, ...opened } = await openPaymentRequest(start)
  show(opened)
  answer.give({ ...opened, version: first_version ?? opened.version })
  // A run that was started again may find decisions that nobody could deliver.
  nudges.received += 1
  while (!isOver()) {
    const { deadline, state } = current!
    const wait = { nudges, businessNow: readBusinessClock, summary: `until ${deadline} while ${state}`, or: isOver }
    const woken = await untilBusinessTime(deadline!, wait)
    if (woken === 'due') show(await decisions.alone(() => expirePaymentRequest(start)))
    if (woken === 'nudged') {
      for (const { id, action } of await listPaymentRequestDecisions(start)) await decisions.take(action, id)
      show(await readPaymentRequest(start))
    }
  }
  await answer.delivered()
  return current!

  /** A step that answers late must not set the picture back. */
  function show(next: PaymentRequestProgress): void {
    if (current && next.version < current.version) return
    current = next
    present({ state: next.state, details: detailsOf(start, next), deadlineAt: next.deadline })
  }
}

const detailsOf = ({ id, order }: PaymentRequestStart, { deadline, payment_id }: PaymentRequestProgress): string[] => [
  `${order.amount ? formatMoney(fromWire(order.amount)) : `any amount of ${order.currency}`} for \`${order.merchant_id}\`, ${order.multi_use ? 'many times' : 'once'}`,
  ...(payment_id ? [`paid by \`${payment_id}\``] : []),
  ...(deadline ? [`runs out at ${deadline} (business time)`] : []),
  `record: \`GET /v1/payment-requests/${id}\``
]
