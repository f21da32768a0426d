import type { z } from 'zod'
import { toWire } from '../domain/money.ts'
import type { Payment } from '../store/payment.ts'
import type { Caller } from './caller.ts'
import type { PaymentReply, ShareReply } from './payment-schemas.ts'
import { Answer } from './route.ts'

/**
 * Whom a payment belongs to as far as this caller is concerned: a merchant who shares it reads it too, but decides nothing
 * about it.
 */
export const readerOf = ({ customerId, merchantId, splits }: Payment, caller: Caller) => {
  const shares = caller.kind === 'merchant' && splits.some((share) => share.merchantId === caller.merchantId)
  return { customerId, merchantId: shares ? caller.merchantId : merchantId }
}

/** The shares that a caller is shown: backends and operators all, merchants their own, payers none. */
function sharesFor(caller: Caller, { splits, currency }: Payment): z.input<typeof ShareReply>[] | undefined {
  if (splits.length === 0 || caller.kind === 'customer') return undefined
  const shown =
    caller.kind === 'merchant' ? splits.filter(({ merchantId }) => merchantId === caller.merchantId) : splits
  const money = (amount: bigint) => toWire({ amount, currency })
  return shown.map(({ merchantId, amount, captured, refunded, type }) => ({
    merchant_id: merchantId,
    amount: money(amount),
    captured: money(captured),
    ...(refunded > 0n && { refunded: money(refunded) }),
    type
  }))
}

/** What a caller is shown of a payment: `view` is all of it but the shares. */
export function shownTo(caller: Caller, payment: Payment, view: Record<string, unknown>): Record<string, unknown> {
  const splits = sharesFor(caller, payment)
  const more = splits && splits.length > 0 ? { splits } : {}
  if (caller.kind !== 'merchant') return { ...view, ...more }
  if (caller.merchantId === payment.merchantId) return { ...withoutReturn(view), ...more }
  const { id, object, state, merchant_id, created_at, updated_at } = view as z.input<typeof PaymentReply>
  return { id, object, state, merchant_id, created_at, updated_at, ...more }
}

/** What a bank takes back from the payer is nothing to the merchant, who keeps the money. */
function withoutReturn({ returned: _, ...view }: Record<string, unknown>): Record<string, unknown> {
  const timeline = view['timeline'] as { readonly type: string }[] | undefined
  return { ...view, ...(timeline && { timeline: timeline.filter(({ type }) => type !== 'payment.returned') }) }
}

/** The same for an answer that may have nothing to show yet (202). */
export const withShares = (given: Answer<unknown>, caller: Caller, payment: Payment | undefined): Answer<unknown> =>
  payment === undefined || given.status === 202
    ? given
    : new Answer(given.status, shownTo(caller, payment, given.body as Record<string, unknown>), given.headers)
