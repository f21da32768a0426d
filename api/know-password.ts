import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import { isPassword } from '../store/passwords.ts'
import { createRateLimit } from '../store/rate-limits.ts'
import type { ApiDeps } from './deps.ts'

/** @throws {Refusal} `invalid_credentials` for a wrong password; `too_many_requests` after too many. */
export type MustKnowPassword = (customerId: CustomerId, given: string) => Promise<void>

/** Counted before it is looked at, like a log-in; the right one takes its tries back. */
export function createMustKnowPassword({
  db,
  pool,
  policy
}: Pick<ApiDeps, 'db' | 'pool' | 'policy'>): MustKnowPassword {
  const tries = createRateLimit(pool, 'password', policy.access.login_failures)
  return async (customerId, given) => {
    await tries.take(customerId)
    if (!(await isPassword(db, customerId, given))) throw new Refusal('invalid_credentials')
    await tries.reset(customerId)
  }
}
