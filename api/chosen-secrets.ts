import { Refusal } from '../domain/errors.ts'
import { passwordFault } from '../domain/password.ts'
import { pinFault } from '../domain/pin.ts'
import type { Policy } from '../domain/policy/index.ts'

const passwordFaults = {
  too_short: 'must have at least 10 characters',
  too_long: 'must have at most 128 characters',
  common: 'is too easy to guess'
}

/**
 * @param logins the customer's e-mail address and phone number.
 * @throws {Refusal} `invalid_request` at the pointer for a password that may not be chosen.
 */
export function refuseWeakPassword(password: string, logins: readonly (string | undefined)[], pointer: string): void {
  const fault = passwordFault(
    password,
    logins.filter((login) => login !== undefined)
  )
  if (fault) throw new Refusal('invalid_request', { errors: [{ pointer, message: passwordFaults[fault] }] })
}

/** @throws {Refusal} `invalid_request` at the pointer for a PIN that may not be chosen. */
export function refuseWeakPin(pin: string, policy: Policy['pin'], pointer: string): void {
  const fault = pinFault(pin, policy)
  const message = fault === 'format' ? `must have ${policy.digits} digits` : 'is too easy to guess'
  if (fault) throw new Refusal('invalid_request', { errors: [{ pointer, message }] })
}
