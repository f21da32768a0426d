import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import { verifyPin } from '../store/pin.ts'
import type { ApiDeps } from './deps.ts'

/** @throws {Refusal} `confirmation_failed` for a wrong PIN, or none; `pin_locked` after too many. */
export async function mustEnterPin(
  { db, vault, policy }: Pick<ApiDeps, 'db' | 'vault' | 'policy'>,
  customerId: CustomerId,
  given: string
): Promise<void> {
  const pin = await verifyPin(db, vault, policy.pin, customerId, given)
  if (pin.kind === 'locked') throw new Refusal('pin_locked', { retry_after_ms: pin.retry_after_ms })
  if (pin.kind === 'wrong') throw new Refusal('confirmation_failed', { attempts_left: pin.attempts_left })
  if (pin.kind === 'not_set') throw new Refusal('confirmation_failed', { reason: 'no_pin' })
}
