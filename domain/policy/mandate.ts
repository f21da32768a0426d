const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Bills that pay themselves by a rule. Durations in business milliseconds, where nothing else is said. */
export const mandate = {
  /** On the customer's wall, where the rule does not say: when people are awake, and banks open. */
  debit_time: '09:00',
  /** 48 h before the debit its customer is told. */
  notice_ms: 2 * DAY_MS,
  /** A debit that is this late was missed: half a day covers restarts and upgrades. */
  late_after_ms: 12 * 60 * MINUTE_MS,
  /** What was missed for longer is not made up for. */
  catch_up_ms: 3 * DAY_MS,
  /** Three failed payments in a row pause it. */
  failures_max: 3,
  /** How many of the next announcements its Schedule shows; half of them left, it is filled up. */
  schedule_shows: 12,
  /** Real time over which Temporal spreads what is due at the same minute: it starts some 16 runs a second. */
  jitter_ms: 5 * MINUTE_MS,
  /** A Schedule counts from its first task on; what is due sooner than this is announced by whoever made it. */
  early_ms: 2 * MINUTE_MS
}
