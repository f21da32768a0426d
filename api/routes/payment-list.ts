import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { listPayments, type PaymentFilter } from '../../store/payment-list.ts'
import { toPaymentView } from '../../store/payment.ts'
import { findWallet } from '../../store/wallet.ts'
import type { Owner } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { PaymentReadReply, PaymentReply } from '../payment-schemas.ts'
import { shownTo } from '../payment-view.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const PaymentQuery = ListQuery.extend({
  wallet_id: id('wal').optional(),
  merchant_id: id('mer').optional(),
  state: PaymentReply.shape.state.optional()
})

/** Payments of a wallet, of a customer's wallets, or to a merchant. */
export const paymentListRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/payments',
    {
      summary: 'List payments, newest first',
      description:
        'Customers see those of their wallets, merchants those made to them or shared with them; everyone else names a wallet or a merchant. ' +
        'Without the timeline, which `GET /v1/payments/{id}` has.',
      query: PaymentQuery,
      reply: listOf(PaymentReadReply),
      callers: { customer: 'own', service: 'any', merchant: 'own', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'payments:read'
    },
    async ({ query, caller, ownOnly, mustOwn }) => {
      const place = readCursor(z.tuple([z.iso.datetime(), id('pay')]), query.cursor)
      if (caller.kind === 'customer' && query.wallet_id !== undefined) mustOwn(await ownerOf(db, query.wallet_id))
      const filter = narrowed(query, ownOnly())
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = await listPayments(db, filter, before, query.limit + 1)
      return toPage(
        rows,
        query.limit,
        ({ payment }) => [instant(payment.createdAt), payment.id],
        ({ payment, recordedAt, changedAt }) => {
          const at = { created_at: instant(recordedAt), updated_at: instant(changedAt) }
          return shownTo(caller, payment, { ...toPaymentView(payment), ...at }) as z.input<typeof PaymentReadReply>
        }
      )
    }
  )
]

/** A wallet that is not there has no owner, and is answered like someone else's. */
const ownerOf = async (db: ApiDeps['db'], walletId: string): Promise<Owner> => (await findWallet(db, walletId)) ?? {}

/** @throws {Refusal} `not_found` for another merchant than the caller, `invalid_request` when nothing narrows the list. */
function narrowed(
  { wallet_id: walletId, merchant_id: merchantId, state }: z.output<typeof PaymentQuery>,
  own: { readonly customerId?: string; readonly merchantId?: string }
): PaymentFilter {
  if (own.merchantId !== undefined && merchantId !== undefined && own.merchantId !== merchantId)
    throw new Refusal('not_found')
  const filter = { walletId, merchantId: own.merchantId ?? merchantId, customerId: own.customerId, state }
  if (filter.walletId ?? filter.merchantId ?? filter.customerId) return filter
  const message = 'is needed, or merchant_id'
  throw new Refusal('invalid_request', { errors: [{ pointer: '/query/wallet_id', message }] })
}
