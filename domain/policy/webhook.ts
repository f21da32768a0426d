const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How events are sent to those who have asked for them. An endpoint lives for years, so what is in force now counts for all. */
export const webhook = {
  retry: {
    /** Business milliseconds after the first attempt: 1, 5, 10, 30 minutes and 2 hours. A deployment is over by then. */
    at_ms: [MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS],
    /** Afterwards every 6 hours. */
    then_every_ms: 6 * HOUR_MS,
    /** After 3 days, which hold a weekend, it is undelivered; it can still be sent again by hand. */
    until_ms: 3 * DAY_MS
  },
  /** Business milliseconds in which nothing was taken: then the endpoint is disabled. */
  disable_after_ms: 5 * DAY_MS,
  /** Real milliseconds for an answer, from looking up the name to the last byte that is read. */
  timeout_ms: 10_000,
  /** So much of an answer is read, and so much of it is kept for the log. Bytes. */
  answer_max_bytes: 8_192,
  answer_kept_bytes: 500,
  /** Sent at once to one endpoint. More would be a load on the receiver, and take payments' time here. */
  at_once: 8,
  /** Events looked at in one reading. */
  page: 500,
  /** Real milliseconds after which a round is ended, so that its run shows how far it has come. */
  round_ms: 20_000,
  /** A round stays awake so long after it has sent something, and looks so often meanwhile. Real milliseconds. */
  linger_ms: 2_000,
  look_every_ms: 250,
  /** Real milliseconds between two looks whether something has happened that somebody wants to be told. */
  watch_every_ms: 500,
  /** Endpoints of one service, merchant or operator. */
  endpoints_max: 20,
  /** Events sent again by one request. */
  resend_max: 10_000,
  /** How long an old secret may go on signing beside the new one. */
  overlap_max_ms: 7 * DAY_MS
}
