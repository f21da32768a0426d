import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { listWithdrawals } from '../../store/withdrawal-list.ts'
import { toWithdrawalView } from '../../store/withdrawal.ts'
import { findWallet } from '../../store/wallet.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { WithdrawalReply } from '../withdrawal-schemas.ts'

const WithdrawalQuery = ListQuery.extend({
  wallet_id: id('wal').optional(),
  state: WithdrawalReply.shape.state.optional()
})

/** Withdrawals of a wallet, or of a customer's wallets. */
export const withdrawalListRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/withdrawals',
    {
      summary: 'List withdrawals, newest first',
      description:
        'Customers see those of their wallets, everyone else names a wallet. Without the timeline, which ' +
        '`GET /v1/withdrawals/{id}` has.',
      query: WithdrawalQuery,
      reply: listOf(WithdrawalReply),
      callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'withdrawals:read'
    },
    async ({ query: { wallet_id: walletId, state, limit, cursor }, ownOnly, mustOwn }) => {
      const { customerId } = ownOnly()
      if (walletId === undefined && customerId === undefined) throw unnamed()
      // A wallet that is not there has no owner, and is answered like someone else's.
      if (walletId !== undefined && customerId !== undefined) mustOwn((await findWallet(db, walletId)) ?? {})
      const place = readCursor(z.tuple([z.iso.datetime(), id('wdr')]), cursor)
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = await listWithdrawals(db, { walletId, customerId, state }, before, limit + 1)
      return toPage(
        rows,
        limit,
        ({ withdrawal }) => [instant(withdrawal.createdAt), withdrawal.id],
        ({ withdrawal, recordedAt, changedAt }) => ({
          ...(toWithdrawalView(withdrawal) as z.input<typeof WithdrawalReply>),
          created_at: instant(recordedAt),
          updated_at: instant(changedAt)
        })
      )
    }
  )
]

const unnamed = () =>
  new Refusal('invalid_request', { errors: [{ pointer: '/query/wallet_id', message: 'is needed' }] })
