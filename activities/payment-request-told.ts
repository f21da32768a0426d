import { log } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { getPaymentRequest } from '../store/payment-request.ts'
import type { PaymentDeps } from './deps.ts'
import type { PaymentProgress, PaymentStart } from './payment-progress.ts'

/**
 * Wakes the run of the request that this payment has paid, or has freed: its time may be over. The record knows already, so
 * nothing depends on it: a nudge that is lost is repeated by the sweeper, or comes by itself. One for many payments stays
 * open, and is not told of each.
 */
export async function tellPaymentRequest(
  { db, runs, crash }: PaymentDeps,
  { order }: PaymentStart,
  { state }: PaymentProgress
): Promise<void> {
  const freed = order.funding !== undefined && (state === 'declined' || state === 'failed')
  if (order.payment_request_id === undefined || !(freed || state === 'succeeded')) return
  const request = await getPaymentRequest(db, order.payment_request_id)
  if (freed ? request.state !== 'open' || request.multiUse : request.state !== 'paid' || request.noticed) return
  crash('payment-request.paid/untold')
  try {
    await runs.nudge(workflowIdOf('payment-request', request.id))
  } catch (error) {
    log.warn('a payment request was not nudged', { request: request.id, error: String(error) })
  }
}
