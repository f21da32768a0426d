import { proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { PaymentProgress, PaymentStart } from '../activities/payment-progress.ts'
import { paymentStates, type PaymentState } from '../domain/payment.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { recordOptions } from './activity-options.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { approve, cancel, capture, confirm, resolve, retry, voidRemainder, writeOff } from './messages.ts'
import { outsideRail } from './payment-rail.ts'
import { present } from './presentation.ts'
import { receiveNudges, untilBusinessTime } from './wait.ts'

const { authorizePayment, confirmPayment, capturePayment, voidPayment, cancelPayment, expirePayment, readPayment } =
  proxyLocalActivities<Activities>(recordOptions)
const { approvePayment, rejectPayment, listPaymentDecisions, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)

/**
 * A payment, first let through by a reviewer, and confirmed by the customer, where it takes that. From balance: authorized and captured in one unit of
 * work, or held until the merchant captures, voids, or lets it expire. From outside: authorized, and paid once whoever was
 * asked for the money has said that it has come. By card it may be held as well: then by the acquirer, which is told of each
 * capture, and of the end.
 */
export async function payment(start: PaymentStart): Promise<PaymentProgress> {
  const answer = answerFirst<PaymentProgress>(start)
  const nudges = receiveNudges()
  const rail = outsideRail(start)
  let current: PaymentProgress | undefined
  let next: string | undefined
  const isOver = () => current !== undefined && paymentStates.isTerminal(current.state)
  /** From balance nothing stays in `processing`. */
  const isAtRail = () => rail !== undefined && current?.state === 'processing'

  /** By card: a capture was asked for, and nobody knows yet how it ends. */
  const isCapturing = () => current?.capture !== undefined

  const decisions = createDecisions<PaymentState>(
    {
      confirm: (id) => confirmPayment(start, id),
      capture: (id) => capturePayment(start, id),
      void: (id) => voidPayment(start, id),
      cancel: (id) => cancelPayment(start, id),
      approve: (id) => approvePayment(start, id),
      reject: (id) => rejectPayment(start, id),
      ...rail?.decisions(nudges)
    },
    show
  )
  for (const update of [confirm, capture, voidRemainder, cancel, approve, retry, writeOff, resolve])
    setHandler(update, (id) => decisions.take(update.name, id))
  const consumeDecisions = async () => {
    for (const { id, action } of await listPaymentDecisions(start)) await decisions.take(action, id)
  }
  const progress = () => current
  const run = { nudges, decisions, consumeDecisions, isOver, progress, show, onWaiting }

  const { first_version, ...authorized } = await authorizePayment(start)
  show(authorized)
  answer.give({ ...authorized, version: first_version ?? authorized.version })
  // A run that was started again may find decisions that nobody could deliver.
  if (!isAtRail() || first_version !== undefined) nudges.received += 1
  while (!isOver()) {
    if (isAtRail()) {
      await rail!.settle(current!, run)
      continue
    }
    if (isCapturing()) {
      await rail!.settleCapture(current!.capture!, run)
      continue
    }
    const { deadline, state } = current!
    const summary = `until ${deadline} while ${state}`
    const or = () => isOver() || isAtRail() || isCapturing()
    const wait = { nudges, businessNow: readBusinessClock, summary, or }
    const woken = await untilBusinessTime(deadline!, wait)
    if (woken === 'due') show(await decisions.alone(() => expirePayment(start)))
    if (woken === 'nudged') {
      await consumeDecisions()
      show(await readPayment(start))
    }
  }
  if (current!.release_due) show(await rail!.releaseHold())
  await answer.delivered()
  return current!

  /** When whoever was asked for the money is asked again. */
  function onWaiting(until: string | undefined): void {
    next = until
    show(current!)
  }

  /** A step that answers late must not set the picture back. */
  function show(progress: PaymentProgress): void {
    if (current && progress.version < current.version) return
    current = progress
    const { state, deadline } = progress
    const deadlineAt = isOver() ? undefined : (next ?? deadline)
    present({ state, details: detailsOf(start, progress, next), deadlineAt, rail: rail?.name })
  }
}

const detailsOf = (
  { id, order }: PaymentStart,
  { decline_code, deadline }: PaymentProgress,
  next: string | undefined
): string[] => [
  `${formatMoney(fromWire(order.amount))} from \`${order.funding?.id ?? order.wallet_id}\` to \`${order.merchant_id}\`, ${order.capture} capture`,
  ...(order.payment_request_id ? [`asked for by \`${order.payment_request_id}\``] : []),
  ...(decline_code ? [`declined: \`${decline_code}\``] : []),
  ...(next ? [`the bank is asked again at ${next} (business time)`] : []),
  ...(deadline ? [`runs out at ${deadline} (business time)`] : []),
  `record: \`GET /v1/payments/${id}\``
]
