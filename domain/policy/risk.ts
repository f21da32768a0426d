const DAY_MS = 86_400_000

/** What is held up for a reviewer, and for how long. Durations in business milliseconds, amounts in US cents. */
export const risk = {
  /** A day: the reviewer is reminded at half of it, and at its end it is escalated. */
  review_sla_ms: DAY_MS,
  /** After three days nobody waits any more: the payment is expired, the top-up or withdrawal canceled. */
  review_ms: 3 * DAY_MS,
  /** Nobody pays a merchant every ten seconds for ten minutes; a script does. */
  payment_velocity: { max: 60, window_ms: 600_000 },
  /** Cutting one large amount into several that stay below what has to be reported. */
  structuring: {
    /** 10,000 USD: what most jurisdictions want to hear of. */
    threshold_usd: '1000000',
    /** From 80 % of it on an amount is near it. */
    near_bps: 8_000,
    /** So many of them, this one included, in a day. */
    near_count: 3,
    near_window_ms: DAY_MS,
    /** Or all that stayed at or below it, this one included, pass it within a week. */
    sum_window_ms: 7 * DAY_MS
  }
}
