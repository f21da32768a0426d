/** How an account stays its owner's. Milliseconds of business time unless it says otherwise. */
export const passwordReset = {
  /** A million codes and five tries, birth date and document besides where they are known. */
  code_digits: 6,
  tries: 5,
  /** 10 minutes, as for every code. */
  code_ms: 600_000,
  /** Resets of one log-in name, whether it exists or not: what floods a mailbox, and what guesses. Real time. */
  per_login: { max: 5, window_ms: 3_600_000 },
  /** Requests and tries from one address: an office fits, a robot does not. Real time. */
  per_address: { max: 60, window_ms: 3_600_000 },
  /** 24 hours in which nobody who has taken a mailbox over can take the money as well: the owner has time to notice. */
  cooling_ms: 86_400_000
}

export const secondFactor = {
  /**
   * Whether every device that we do not know has to prove more than the password; if not, those of customers who have an
   * authenticator, or have ever had a known device.
   */
  always: false,
  /** Wrong codes in a row before the lock, which lasts 30 minutes at first and doubles up to a day: as for the PIN. */
  attempts: 5,
  lock_ms: 1_800_000,
  lock_max_ms: 86_400_000,
  /** For the day on which the authenticator is lost. */
  recovery_codes: 10
}

export const debitReport = {
  /** 7 days: how long the message about a debit can be answered without a log-in. */
  message_ms: 604_800_000
}
