/** What is known about a log-in whose password was right. */
export interface LogInFacts {
  /** It comes from a device that the customer has logged in from before, and has not revoked. */
  readonly knownDevice: boolean
  /** The customer has an authenticator. */
  readonly totp: boolean
  /** The customer has ever had a known device, revoked or not. */
  readonly hadDevice: boolean
}

/** What it has to prove besides: nothing, the authenticator (or a recovery code), or a code sent to a proved address. */
export type FactorAsked = 'none' | 'totp' | 'code'

/**
 * A log-in that does not say from where it comes counts as one from a device that nobody knows: else leaving the device
 * out would be the way around. The first device of a customer without an authenticator is believed, since there is
 * nothing to compare it with; `always` believes none.
 */
export function factorAsked(
  { knownDevice, totp, hadDevice }: LogInFacts,
  { always }: { always: boolean }
): FactorAsked {
  if (knownDevice) return 'none'
  if (totp) return 'totp'
  return hadDevice || always ? 'code' : 'none'
}
