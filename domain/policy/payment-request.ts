const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** How long a merchant's request for money may be paid. Business milliseconds. */
export const paymentRequest = {
  /** A customer at the counter needs minutes; less than a quarter of an hour runs out while the phone is being fetched. */
  expiry_min_ms: 15 * MINUTE_MS,
  /** 90 days: the longest terms of payment that are usual on invoices. */
  expiry_max_ms: 90 * DAY_MS,
  expiry_default_ms: DAY_MS
}
