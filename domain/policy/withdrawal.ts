const DAY_MS = 86_400_000

/** Withdrawals to a linked bank account. Durations in business milliseconds, amounts in US cents. */
export const withdrawal = {
  /** 5 minutes to confirm with the PIN, as for payments. */
  confirmation_ms: 300_000,
  /** A flat fee, at the reference rates; nothing unless an installation wants one. */
  fee_usd: '0',
  /** Banks return an unauthorized pull within days; a link that is a month old has shown whose it is. */
  young_link_ms: 30 * DAY_MS,
  /** What a young link has pulled may be returned for so long, Monday to Friday: until then it does not leave again. */
  withdrawable_after_business_days: 5,
  /** Nobody empties a wallet in six steps; a thief tries. The whole of a customer's withdrawals, taken in or waiting. */
  velocity: {
    burst: { max: 5, window_ms: 600_000 },
    daily: { max: 20, window_ms: DAY_MS }
  }
}
