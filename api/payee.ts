import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import type { Money } from '../domain/money.ts'
import { refusalToPay } from '../domain/payment-request.ts'
import { decodeQr, type DecodedQr } from '../domain/qr.ts'
import { findMerchant, type Merchant } from '../store/merchant.ts'
import { findPaymentRequest, type PaymentRequest } from '../store/payment-request.ts'
import { readBusinessNow } from '../store/process.ts'

interface Named {
  readonly merchant_id?: string | undefined
  readonly payment_request_id?: string | undefined
  readonly qr?: string | undefined
  readonly amount?: Money | undefined
  readonly capture: 'automatic' | 'manual'
}

export interface Payee {
  readonly merchant: Merchant
  readonly amount: Money
  /** What asked for it, whatever has become of that: `mustBeOpen`. */
  readonly request: PaymentRequest | undefined
}

/**
 * Who is paid, and how much: by id, by a payment request, or by the scanned code; what request and code say holds.
 * @throws {Refusal} for a code that cannot be paid from here, an amount that is missing or another one than was asked for,
 *   an unknown merchant or request, or a capture that is not offered
 */
export async function payeeOf(db: Kysely<Database>, named: Named): Promise<Payee> {
  const code = named.qr === undefined ? undefined : decodeQr(named.qr)
  if (code && !(code.payable && code.merchantId)) throw new Refusal('qr_not_payable')
  const request = await requestOf(db, named, code)
  if (request && named.capture === 'manual') throw new Refusal('capture_not_supported')
  const merchant = await findMerchant(db, request?.merchantId ?? code?.merchantId ?? named.merchant_id ?? '')
  if (!merchant) throw code ? new Refusal('qr_not_payable') : new Refusal('not_found', { pointer: '/merchant_id' })
  const asked = request && request.amount !== null ? { amount: request.amount, currency: request.currency } : undefined
  return { merchant, amount: agreed(agreed(asked, code?.amount), named.amount, 'amount_required'), request }
}

/**
 * What is known before anything is started; the payment's unit finds out the rest under the lock.
 * @throws {Refusal} `payment_request_paid`, `payment_request_expired`, `payment_request_canceled`
 */
export async function mustBeOpen(db: Kysely<Database>, request: PaymentRequest): Promise<void> {
  const code = refusalToPay(request, await readBusinessNow(db))
  if (code) throw new Refusal(code)
}

/** The code has to be the request's own: whoever prints another merchant's id beside it has made it up. */
async function requestOf(
  db: Kysely<Database>,
  { payment_request_id }: Named,
  code: DecodedQr | undefined
): Promise<PaymentRequest | undefined> {
  const id = code ? code.paymentRequestId : payment_request_id
  if (id === undefined) return undefined
  const request = await findPaymentRequest(db, id)
  if (code && request?.merchantId !== code.merchantId) throw new Refusal('qr_not_payable')
  if (!request) throw new Refusal('not_found', { pointer: '/payment_request_id' })
  return request
}

function agreed(said: Money | undefined, asked: Money | undefined): Money | undefined
function agreed(said: Money | undefined, asked: Money | undefined, otherwise: 'amount_required'): Money
function agreed(said: Money | undefined, asked: Money | undefined, otherwise?: 'amount_required'): Money | undefined {
  if (said && asked && (said.amount !== asked.amount || said.currency !== asked.currency))
    throw new Refusal('amount_mismatch')
  const amount = said ?? asked
  if (!amount && otherwise) throw new Refusal(otherwise)
  return amount
}
