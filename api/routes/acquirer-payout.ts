import { z } from 'zod'
import { toWire } from '../../domain/money.ts'
import { listAcquirerPayouts } from '../../store/acquirer-payout.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readSeqCursor, toPage } from '../list.ts'
import { route, type Route } from '../route.ts'
import { Instant, instant, MoneyReply } from '../schemas.ts'

const AcquirerPayoutReply = z
  .strictObject({
    object: z.literal('acquirer_payout'),
    reference: z.string().meta({ description: 'On the bank’s statement' }),
    bank: z.enum(['a', 'b']),
    amount: MoneyReply.meta({ description: 'What came to our bank' }),
    fee: MoneyReply.meta({ description: 'What the acquirer has kept' }),
    at: Instant,
    booked_at: Instant
  })
  .meta({ id: 'AcquirerPayout' })

/** What the card acquirer owed us, and has brought to our bank: found by the sweeper, which books it. */
export const acquirerPayoutRoutes = ({ db }: Pick<ApiDeps, 'db'>): Route[] => [
  route.get(
    '/acquirer-payouts',
    {
      summary: 'What the card acquirer has paid out to our banks, newest first',
      query: ListQuery,
      reply: listOf(AcquirerPayoutReply),
      callers: { finance: 'any', admin: 'any' },
      scope: 'reconciliations:read'
    },
    async ({ query: { limit, cursor } }) => {
      const rows = await listAcquirerPayouts(db, readSeqCursor(cursor), limit + 1)
      return toPage(
        rows,
        limit,
        ({ seq }) => [String(seq)],
        ({ reference, bank, currency, amount, fee, at, bookedAt }) => ({
          object: 'acquirer_payout' as const,
          reference,
          bank,
          amount: toWire({ amount, currency }),
          fee: toWire({ amount: fee, currency }),
          at: instant(at),
          booked_at: instant(bookedAt)
        })
      )
    }
  )
]
