import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { listTopUps } from '../../store/top-up-list.ts'
import { toTopUpView } from '../../store/top-up.ts'
import { findWallet } from '../../store/wallet.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { TopUpReply } from '../top-up-schemas.ts'

const TopUpQuery = ListQuery.extend({ wallet_id: id('wal').optional(), state: TopUpReply.shape.state.optional() })

/** Top-ups of a wallet, or of a customer's wallets. */
export const topUpListRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/top-ups',
    {
      summary: 'List top-ups, newest first',
      description:
        'Customers see those of their wallets, everyone else names a wallet. Without the timeline, which ' +
        '`GET /v1/top-ups/{id}` has.',
      query: TopUpQuery,
      reply: listOf(TopUpReply),
      callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'top-ups:read'
    },
    async ({ query: { wallet_id: walletId, state, limit, cursor }, ownOnly, mustOwn }) => {
      const { customerId } = ownOnly()
      if (walletId === undefined && customerId === undefined) throw unnamed()
      // A wallet that is not there has no owner, and is answered like someone else's.
      if (walletId !== undefined && customerId !== undefined) mustOwn((await findWallet(db, walletId)) ?? {})
      const place = readCursor(z.tuple([z.iso.datetime(), id('top')]), cursor)
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = await listTopUps(db, { walletId, customerId, state }, before, limit + 1)
      return toPage(
        rows,
        limit,
        ({ topUp }) => [instant(topUp.createdAt), topUp.id],
        ({ topUp, recordedAt, changedAt }) => ({
          ...(toTopUpView(topUp) as z.input<typeof TopUpReply>),
          created_at: instant(recordedAt),
          updated_at: instant(changedAt)
        })
      )
    }
  )
]

const unnamed = () =>
  new Refusal('invalid_request', { errors: [{ pointer: '/query/wallet_id', message: 'is needed' }] })
