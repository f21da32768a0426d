import type { Logger } from 'pino'
import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import { setBusinessClock } from '../../store/business-clock.ts'
import { insertReceipt } from '../../store/callback-receipts.ts'
import type { ApiDeps } from '../deps.ts'
import { answer, route, type Route } from '../route.ts'

/** What the body has to say; whatever else it says is the provider's own affair. */
const News = z.object({ reference: z.string().min(1).max(200) })

/** A hundred years to either side: beyond that instants stop fitting. */
const OFFSET_MAX_MS = 3_155_760_000_000
const ClockNews = z.object({ offset_ms: z.int().min(-OFFSET_MAX_MS).max(OFFSET_MAX_MS) })

const Accepted = z.strictObject({ object: z.literal('callback') }).meta({ id: 'Callback' })
const accepted = answer(202, { object: 'callback' as const })

const spec = {
  reply: Accepted,
  status: 202,
  callers: 'provider',
  idempotency: 'none',
  errors: ['unauthenticated', 'not_found']
} as const

/** After a valid signature the answer is always 202: a callback carries no authority, it only makes us ask. */
export const callbackRoutes = ({ config, db, callbackHandlers, nudgeAll }: ApiDeps): Route[] => [
  route.post(
    '/callbacks/clock',
    { summary: 'Move the business clock (local and test mode only)', ...spec },
    async ({ raw, header, log }) => {
      if (config.COFFER_MODE === 'production') throw new Refusal('not_found')
      const news = ClockNews.safeParse(parsed(raw))
      if (!news.success) return ignored(log, 'clock')
      const moved = await inTransaction(db, async (transaction) => {
        if (!(await insertReceipt(transaction, 'clock', header('webhook-id') ?? ''))) return false
        await setBusinessClock(transaction, news.data.offset_ms)
        return true
      })
      // The sandbox waits for this answer: time has moved for every run when it comes.
      if (moved) await nudgeAll()
      return accepted
    }
  ),
  route.post(
    '/callbacks/{provider}',
    {
      summary: 'Tell that there is news of a reference',
      params: z.strictObject({ provider: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/) }),
      ...spec
    },
    async ({ params: { provider }, raw, header, log }) => {
      const tell = Object.hasOwn(callbackHandlers, provider) ? callbackHandlers[provider] : undefined
      if (!tell) throw new Refusal('not_found')
      const news = News.safeParse(parsed(raw))
      if (!news.success) return ignored(log, provider)
      if (!(await insertReceipt(db, provider, header('webhook-id') ?? ''))) return accepted
      // What a lost callback would have hastened, the next inquiry finds out.
      await tell({ reference: news.data.reference }).catch((err: unknown) =>
        log.error({ err, provider }, 'callback not passed on')
      )
      return accepted
    }
  )
]

function ignored(log: Logger, provider: string) {
  log.warn({ provider }, 'callback with a body that says nothing')
  return accepted
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    return undefined
  }
}
