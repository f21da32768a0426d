import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { getPaymentRequest } from '../store/payment-request.ts'
import { getPayment } from '../store/payment.ts'
import type { FundedPayment } from './payment-funding-units.ts'

/**
 * The payment, and what asked for it, as they are now.
 * @throws {TypeError} when there is none, or the balance pays it: for ids that we made and wrote.
 */
export async function getFundedPayment(db: Kysely<Database>, id: string): Promise<FundedPayment> {
  const payment = await getPayment(db, id)
  const { funding, paymentRequestId } = payment
  if (funding.type === 'balance') throw new TypeError(`${id} is paid from balance`)
  const request = paymentRequestId === null ? undefined : await getPaymentRequest(db, paymentRequestId)
  return { ...payment, funding, request }
}
