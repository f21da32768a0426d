import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { listBillPayments } from '../../store/bill-payment-list.ts'
import { toBillPaymentView } from '../../store/bill-payment.ts'
import { findWallet } from '../../store/wallet.ts'
import { BillPaymentReply } from '../bill-payment-schemas.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const BillPaymentQuery = ListQuery.extend({
  wallet_id: id('wal').optional(),
  biller_id: id('bil').optional(),
  mandate_id: z
    .string()
    .regex(/^man_[0-9a-f]{32}$/)
    .optional(),
  state: BillPaymentReply.shape.state.optional()
})

/** Bill payments of a wallet, or of a customer's wallets. */
export const billPaymentListRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/bill-payments',
    {
      summary: 'List bill payments, newest first',
      description:
        'Customers see those of their wallets, everyone else names a wallet or a mandate. Without the timeline and the ' +
        'account number, which `GET /v1/bill-payments/{id}` has.',
      query: BillPaymentQuery,
      reply: listOf(BillPaymentReply),
      callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'bill-payments:read'
    },
    async ({ query, ownOnly, mustOwn }) => {
      const { wallet_id: walletId, biller_id: billerId, mandate_id: mandateId, state, limit, cursor } = query
      const { customerId } = ownOnly()
      if (walletId === undefined && mandateId === undefined && customerId === undefined) throw unnamed()
      // A wallet that is not there has no owner, and is answered like someone else's.
      if (walletId !== undefined && customerId !== undefined) mustOwn((await findWallet(db, walletId)) ?? {})
      const place = readCursor(z.tuple([z.iso.datetime(), id('bpm')]), cursor)
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = await listBillPayments(db, { walletId, customerId, billerId, mandateId, state }, before, limit + 1)
      return toPage(
        rows,
        limit,
        ({ payment }) => [instant(payment.createdAt), payment.id],
        ({ payment, recordedAt, changedAt }) => ({
          ...(toBillPaymentView(payment) as z.input<typeof BillPaymentReply>),
          created_at: instant(recordedAt),
          updated_at: instant(changedAt)
        })
      )
    }
  )
]

const unnamed = () =>
  new Refusal('invalid_request', { errors: [{ pointer: '/query/wallet_id', message: 'is needed' }] })
