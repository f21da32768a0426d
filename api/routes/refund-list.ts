import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { findPayment } from '../../store/payment.ts'
import { listRefunds } from '../../store/refund-list.ts'
import { toRefundView } from '../../store/refund.ts'
import { findWallet } from '../../store/wallet.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { RefundReply } from '../refund-schemas.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const RefundQuery = ListQuery.extend({
  payment_id: id('pay').optional(),
  wallet_id: id('wal').optional(),
  merchant_id: id('mer').optional(),
  state: RefundReply.shape.state.optional()
})

/** Refunds of a payment, of a wallet or a customer's wallets, or of the payments to a merchant. */
export const refundListRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/refunds',
    {
      summary: 'List refunds, newest first',
      description:
        'Customers see those into their wallets, merchants those of payments to them; everyone else names a payment, a ' +
        'wallet or a merchant. Without the timeline, which `GET /v1/refunds/{id}` has.',
      query: RefundQuery,
      reply: listOf(RefundReply),
      callers: { customer: 'own', service: 'any', merchant: 'own', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'refunds:read'
    },
    async ({ query, ownOnly, mustOwn }) => {
      const { payment_id: paymentId, wallet_id: walletId, state, limit, cursor } = query
      const { customerId, merchantId = query.merchant_id } = ownOnly()
      if (query.merchant_id !== undefined && query.merchant_id !== merchantId) throw new Refusal('not_found')
      if ([paymentId, walletId, customerId, merchantId].every((each) => each === undefined)) throw unnamed()
      // What is not there has no owner, and is answered like someone else's.
      if (paymentId !== undefined) mustOwn((await findPayment(db, paymentId)) ?? {})
      if (walletId !== undefined && customerId !== undefined) mustOwn((await findWallet(db, walletId)) ?? {})
      const place = readCursor(z.tuple([z.iso.datetime(), id('ref')]), cursor)
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = await listRefunds(db, { paymentId, walletId, merchantId, customerId, state }, before, limit + 1)
      return toPage(
        rows,
        limit,
        ({ refund }) => [instant(refund.createdAt), refund.id],
        ({ refund, recordedAt, changedAt }) => ({
          ...(toRefundView(refund) as z.input<typeof RefundReply>),
          created_at: instant(recordedAt),
          updated_at: instant(changedAt)
        })
      )
    }
  )
]

const unnamed = () =>
  new Refusal('invalid_request', { errors: [{ pointer: '/query/payment_id', message: 'is needed' }] })
