import { createHash } from 'node:crypto'
import pg from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { Refusal } from '../domain/errors.ts'

export interface RateLimit {
  /** @throws {Refusal} `too_many_requests` with `retry_after_ms` when the key has used up its tries. */
  take(key: string): Promise<void>
  /** Forgets what was counted for the key. */
  reset(key: string): Promise<void>
}

/**
 * At most `max` tries in a window of `windowMs` real milliseconds, counted in Postgres (table `rate_limit`), so that all
 * processes of the API count together and a parallel burst gets no more than one after the other would.
 */
export function createRateLimit(
  pool: pg.Pool,
  name: string,
  { max, window_ms }: { max: number; window_ms: number }
): RateLimit {
  const limiter = new RateLimiterPostgres({
    storeClient: withPlainNumbers(pool),
    storeType: 'pool',
    tableName: 'rate_limit',
    tableCreated: true,
    // `forgetOld` does that for all limits at once; a timer of each would outlive the pool.
    clearExpiredByTimeout: false,
    keyPrefix: name,
    points: max,
    duration: window_ms / 1000
  })
  return {
    take: async (key) => {
      try {
        await limiter.consume(hashOf(key))
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error
        throw new Refusal('too_many_requests', { retry_after_ms: error.msBeforeNext })
      }
    },
    reset: async (key) => void (await limiter.delete(hashOf(key)))
  }
}

/** Keys are addresses and log-in names; to count, equal is enough. */
const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex')

/** The limiter computes with `expire` as a number; our pool reads bigint columns as BigInt. */
const withPlainNumbers = (pool: pg.Pool) => ({
  query: (config: pg.QueryConfig) => pool.query({ ...config, types: pg.types })
})
