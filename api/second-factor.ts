import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import { verifySecondFactor, type GivenFactor } from '../store/second-factor.ts'
import type { ApiDeps } from './deps.ts'

type Ground = Pick<ApiDeps, 'db' | 'vault' | 'policy'>

/** @throws {Refusal} `second_factor_failed` for a wrong code, or where there is none; `second_factor_locked` after too many. */
export async function mustProveFactor(
  ground: Ground,
  customerId: CustomerId,
  given: GivenFactor,
  wanted?: Parameters<typeof verifySecondFactor>[3]
): Promise<void> {
  const answer = await verifySecondFactor(ground, customerId, given, wanted)
  if (answer.kind === 'locked') throw new Refusal('second_factor_locked', { retry_after_ms: answer.retry_after_ms })
  if (answer.kind === 'wrong') throw new Refusal('second_factor_failed', { attempts_left: answer.attempts_left })
  if (answer.kind === 'not_set') throw new Refusal('second_factor_failed', { reason: 'not_set' })
}
