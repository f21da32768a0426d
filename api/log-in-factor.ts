import { Refusal } from '../domain/errors.ts'
import type { CustomerId, VerificationId } from '../domain/ids.ts'
import { factorAsked } from '../domain/second-factor.ts'
import { inTransaction } from '../db/in-transaction.ts'
import { hadDevice } from '../store/devices.ts'
import { loginIndex } from '../store/login-names.ts'
import { findProvedContact } from '../store/personal.ts'
import { createRateLimit } from '../store/rate-limits.ts'
import { readSecondFactor } from '../store/second-factor.ts'
import { endVerification, findVerification, insertVerification, tryCode } from '../store/verification.ts'
import { createCodeSender } from './code-sender.ts'
import type { ApiDeps } from './deps.ts'
import { mustProveFactor } from './second-factor.ts'

/** What came with the log-in beside the password. */
export interface GivenWithLogIn {
  readonly totp?: string | undefined
  readonly recovery_code?: string | undefined
  readonly challenge_id?: VerificationId | undefined
  readonly code?: string | undefined
}

/**
 * Asks whoever knows the password for a second factor where the log-in comes from a device that we do not know.
 * @throws {Refusal} `second_factor_required` with the methods that are taken; `second_factor_failed`,
 * `second_factor_locked`; `too_many_requests` for another code
 */
export function createLogInFactor(deps: Pick<ApiDeps, 'db' | 'pool' | 'policy' | 'vault' | 'processes' | 'logger'>) {
  const { db, pool, policy, vault } = deps
  const byContact = createRateLimit(pool, 'code', policy.registration.codes_per_contact)
  const sendCode = createCodeSender(deps)

  return async (customerId: CustomerId, knownDevice: boolean, given: GivenWithLogIn): Promise<void> => {
    const totp = (await readSecondFactor(db, customerId)).state === 'active'
    const facts = { knownDevice, totp, hadDevice: await hadDevice(db, customerId) }
    const asked = factorAsked(facts, policy.second_factor)
    if (asked === 'none') return
    if (asked === 'code') return given.code === undefined ? challenge(customerId) : mustKnowCode(customerId, given)
    if (given.totp !== undefined) return mustProveFactor(deps, customerId, { totp: given.totp })
    const { recovery_code } = given
    if (recovery_code !== undefined) return mustProveFactor(deps, customerId, { recovery_code })
    throw new Refusal('second_factor_required', { methods: ['totp', 'recovery_code'] })
  }

  /** @throws {Refusal} always: the code is on its way */
  async function challenge(customerId: CustomerId): Promise<void> {
    const contact = await findProvedContact(db, vault, customerId)
    if (!contact) throw new Refusal('forbidden')
    await byContact.take(loginIndex(vault, contact.value))
    const verification = await inTransaction(db, (transaction) =>
      insertVerification(transaction, vault, policy.registration, {
        customerId,
        channel: contact.kind,
        purpose: 'log_in'
      })
    )
    await sendCode(verification)
    const { id, expiresAt } = verification
    throw new Refusal('second_factor_required', {
      methods: ['code'],
      challenge_id: id,
      expires_at: expiresAt.toISOString()
    })
  }

  /** The challenge has to be this customer's: knowing one password helps with no other log-in. */
  async function mustKnowCode(customerId: CustomerId, { challenge_id: id, code = '' }: GivenWithLogIn): Promise<void> {
    const verification = id && (await findVerification(db, id, 'log_in'))
    if (!verification || verification.customerId !== customerId) throw new Refusal('second_factor_failed')
    const answer = await tryCode(db, vault, verification.id, code)
    if (answer.kind === 'wrong') throw new Refusal('second_factor_failed', { attempts_left: answer.attemptsLeft })
    const used =
      answer.kind === 'right' &&
      (await inTransaction(db, (transaction) => endVerification(transaction, verification.id, 'used')))
    if (!used) throw new Refusal('second_factor_failed', { attempts_left: 0 })
  }
}
