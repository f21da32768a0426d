import { proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { PaymentProgress, PaymentStart } from '../activities/payment-progress.ts'
import { paymentStates } from '../domain/payment.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { recordOptions } from './activity-options.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { cancel, capture, confirm, voidRemainder } from './messages.ts'
import { present } from './presentation.ts'
import { receiveNudges, untilBusinessTime } from './wait.ts'

const { authorizePayment, confirmPayment, capturePayment, voidPayment, cancelPayment, expirePayment, readPayment } =
  proxyLocalActivities<Activities>(recordOptions)
const { listPaymentDecisions, readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)

/**
 * A payment from balance: authorized and captured in one unit of work; or held until the merchant captures, voids, or
 * lets it expire; or first confirmed by the customer.
 */
export async function payment(start: PaymentStart): Promise<PaymentProgress> {
  const answer = answerFirst<PaymentProgress>(start)
  const nudges = receiveNudges()
  let current: PaymentProgress | undefined
  const isOver = () => current !== undefined && paymentStates.isTerminal(current.state)

  const decisions = createDecisions(
    {
      confirm: (id) => confirmPayment(start, id),
      capture: (id) => capturePayment(start, id),
      void: (id) => voidPayment(start, id),
      cancel: (id) => cancelPayment(start, id)
    },
    show
  )
  setHandler(confirm, (id) => decisions.take('confirm', id))
  setHandler(capture, (id) => decisions.take('capture', id))
  setHandler(voidRemainder, (id) => decisions.take('void', id))
  setHandler(cancel, (id) => decisions.take('cancel', id))

  const { first_version, ...authorized } = await authorizePayment(start)
  show(authorized)
  answer.give({ ...authorized, version: first_version ?? authorized.version })
  // A run that was started again may find decisions that nobody could deliver.
  nudges.received += 1
  while (!isOver()) {
    const { deadline, state } = current!
    const wait = { nudges, businessNow: readBusinessClock, summary: `until ${deadline} while ${state}`, or: isOver }
    const woken = await untilBusinessTime(deadline!, wait)
    if (woken === 'due') show(await decisions.alone(() => expirePayment(start)))
    if (woken === 'nudged') {
      for (const { id, action } of await listPaymentDecisions(start)) await decisions.take(action, id)
      show(await readPayment(start))
    }
  }
  await answer.delivered()
  return current!

  /** A step that answers late must not set the picture back. */
  function show(next: PaymentProgress): void {
    if (current && next.version < current.version) return
    current = next
    present({ state: next.state, details: detailsOf(start, next), deadlineAt: next.deadline })
  }
}

const detailsOf = ({ id, order }: PaymentStart, { decline_code, deadline }: PaymentProgress): string[] => [
  `${formatMoney(fromWire(order.amount))} from \`${order.wallet_id}\` to \`${order.merchant_id}\`, ${order.capture} capture`,
  ...(order.payment_request_id ? [`asked for by \`${order.payment_request_id}\``] : []),
  ...(decline_code ? [`declined: \`${decline_code}\``] : []),
  ...(deadline ? [`runs out at ${deadline} (business time)`] : []),
  `record: \`GET /v1/payments/${id}\``
]
