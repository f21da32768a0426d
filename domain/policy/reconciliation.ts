const DAY_MS = 86_400_000

/** How our books are held against the banks' statements. */
export const reconciliation = {
  /** Our own accounts: a statement of any other one is refused. */
  account_ibans: { a: 'GB12COFA00000000000001', b: 'GB36COFB00000000000001' },
  /** So many days apart a bank and we may book the same: then what it does not show is named. */
  date_tolerance_days: 1,
  /** Bytes of a statement: fifty thousand lines fit into it. */
  statement_max_bytes: 33_554_432,
  /** Real milliseconds for a bank to hand its statement over. */
  fetch_timeout_ms: 30_000,
  /** Business milliseconds until a statement that was not there, or not right, is asked for again: banks are late by hours. */
  retry_every_ms: 3_600_000,
  /** How often open items are looked at again, and how old they are when they become a task. Business milliseconds. */
  look_every_ms: DAY_MS,
  task_after_ms: 2 * DAY_MS
}
