import { currency } from '../domain/currencies.ts'
import { Refusal } from '../domain/errors.ts'
import { idOf } from '../domain/ids.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { PaymentRequestState } from '../domain/payment-request.ts'
import { findFirstVersion } from '../store/event.ts'
import { getPaymentRequest, markPaymentRequestNoticed, type PaymentRequest } from '../store/payment-request.ts'
import { readBusinessNow } from '../store/process.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import {
  toPaymentRequestProgress,
  type PaymentRequestAccepted,
  type PaymentRequestProgress,
  type PaymentRequestStart
} from './payment-request-progress.ts'
import { canceledPart, expiredPart, openUnit } from './payment-request-units.ts'
import { settle } from './settle.ts'

/** How long one that somebody is paying is left alone after its time, in business milliseconds. */
const RESERVED_LOOK_MS = 3_600_000

/** The steps of a payment request; each is one unit of work, and safe to repeat. That it is paid is a payment's unit. */
export function paymentRequestActivities({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  /** Where it stands, for its run: what a payment did to it is noticed from here on. */
  async function progressOf(id: string): Promise<PaymentRequestProgress> {
    const request = await getPaymentRequest(db, id)
    if (request.state === 'paid' && !request.noticed) {
      await markPaymentRequestNoticed(db, id)
      crash('payment-request.paid/noticed')
    }
    return toPaymentRequestProgress(request)
  }

  return {
    /** Writes the record; one that is there already answers for itself. */
    openPaymentRequest: async (start: PaymentRequestStart): Promise<PaymentRequestAccepted> => {
      const { replayed } = await settle(ledger, async () =>
        openUnit(start, newPaymentRequest(start, await readBusinessNow(db)))
      )
      const progress = await progressOf(start.id)
      crash('payment-request.open/report')
      return replayed ? { ...progress, first_version: await findFirstVersion(db, start.id) } : progress
    },

    /** The merchant takes it back; what is paid stays paid. */
    cancelPaymentRequest: async (
      { id }: PaymentRequestStart,
      decisionId: string
    ): Promise<DecisionOutcome<PaymentRequestState>> => {
      const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async ({ actor }) =>
        canceledPart(await getPaymentRequest(db, id), actor)
      )
      const progress = await progressOf(id)
      crash('payment-request.cancel/report')
      return { ...settled, progress }
    },

    /**
     * Its time is over. One that was paid in the last moment is left as it is; so is one that money is on its way for,
     * which is looked at again in an hour, unless that money's payment wakes it before.
     */
    expirePaymentRequest: async ({ id, fingerprint }: PaymentRequestStart): Promise<PaymentRequestProgress> => {
      try {
        await settle(ledger, async () => {
          const part = expiredPart(await getPaymentRequest(db, id), await readBusinessNow(db))
          if (!part) throw new Refusal('state_conflict')
          return { ...part, key: `${id}:expire`, fingerprint }
        })
      } catch (error) {
        // There is nothing to do, and nothing to remember.
        if (!(error instanceof Refusal)) throw error
      }
      const progress = await progressOf(id)
      crash('payment-request.expire/report')
      if (progress.state !== 'open') return progress
      const later = new Date((await readBusinessNow(db)).getTime() + RESERVED_LOOK_MS)
      return { ...progress, deadline: later.toISOString() }
    },

    readPaymentRequest: ({ id }: PaymentRequestStart): Promise<PaymentRequestProgress> => progressOf(id),

    listPaymentRequestDecisions: pendingDecisions(db)
  }
}

function newPaymentRequest({ id, order, policy }: PaymentRequestStart, now: Date): PaymentRequest {
  return {
    id: idOf('prq', id),
    state: 'open',
    version: 0,
    merchantId: idOf('mer', order.merchant_id),
    amount: order.amount === undefined ? null : BigInt(order.amount.amount),
    currency: currency(order.currency),
    description: order.description ?? null,
    reference: order.reference ?? null,
    multiUse: order.multi_use,
    metadata: order.metadata,
    expiresAt: new Date(now.getTime() + (order.expires_in_ms ?? policy.expiry_default_ms)),
    paymentId: null,
    reservedBy: null,
    timesPaid: 0,
    amountPaid: 0n,
    noticed: false,
    createdAt: now
  }
}
