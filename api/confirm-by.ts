import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import { isRecorded } from '../store/decision.ts'
import { verifySecondFactor } from '../store/second-factor.ts'
import type { ApiDeps } from './deps.ts'
import { mustEnterPin } from './enter-pin.ts'
import { decisionIdOf } from './submit.ts'

/** What of the two the customer says yes with. A code of the authenticator is used up by the one thing it confirms. */
export interface Confirmation {
  readonly pin?: string | undefined
  readonly totp?: string | undefined
}

export const confirmedBy = ({ totp }: Confirmation): 'pin' | 'totp' => (totp === undefined ? 'pin' : 'totp')

/**
 * A request that comes again has used its code up already; what it decided stands, and whether it says the same is
 * compared there.
 * @throws {Refusal} `confirmation_failed` for a wrong one; `pin_locked` or `second_factor_locked` after too many.
 */
export async function mustConfirm(
  ground: Pick<ApiDeps, 'db' | 'vault' | 'policy'>,
  { id: processId, customerId }: { readonly id: string; readonly customerId: CustomerId },
  call: { readonly body: Confirmation; readonly updateId: string }
): Promise<void> {
  const { pin, totp } = call.body
  if (totp === undefined) return mustEnterPin(ground, customerId, pin ?? '')
  if (await isRecorded(ground.db, processId, decisionIdOf(call))) return
  const answer = await verifySecondFactor(ground, customerId, { totp })
  if (answer.kind === 'locked') throw new Refusal('second_factor_locked', { retry_after_ms: answer.retry_after_ms })
  if (answer.kind === 'wrong') throw new Refusal('confirmation_failed', { attempts_left: answer.attempts_left })
  if (answer.kind === 'not_set') throw new Refusal('confirmation_failed', { reason: 'no_totp' })
}
