const DAY_MS = 86_400_000

/** What banks take back after they had booked it. */
export const bankReturn = {
  /** A pull may be returned for so many business days; what comes later is booked as well, and says so. */
  window_business_days: 5,
  /** 60 days where the account holder says that they never agreed. Business milliseconds. */
  unauthorized_window_ms: 60 * DAY_MS,
  /** How often a run looks whether what is owed was paid, when nobody has told it. Business milliseconds. */
  look_every_ms: DAY_MS
}
