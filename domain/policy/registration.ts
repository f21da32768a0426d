/** How somebody becomes a customer: codes that prove an address, and the terms they agree to. */
export const registration = {
  /** A million codes and five tries: one guesser in 200,000 is lucky. */
  code_digits: 6,
  code_tries: 5,
  /** Business milliseconds, 10 minutes: the time it takes to find the message, not to guess. */
  code_ms: 600_000,
  /** Codes for one e-mail address or phone number: somebody who did not get the first asks again, nobody floods a mailbox. */
  codes_per_contact: { max: 5, window_ms: 3_600_000 },
  /** Registrations, resends and tries from one address: an office fits, a robot does not. */
  per_address: { max: 60, window_ms: 3_600_000 },
  /** The terms in force; a registration names the version that was shown. */
  terms_version: '2026-11'
}
