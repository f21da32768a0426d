const DAY_MS = 86_400_000

/** Bills. Durations in business milliseconds. */
export const billPayment = {
  /** The hour of the customer's day at which a bill is paid that is ordered for a date. */
  debit_hour: 9,
  /** 48 h before that the customer is told. */
  notice_ms: 2 * DAY_MS,
  /** How far ahead a date may lie. */
  longest_ahead_ms: 366 * DAY_MS,
  /** 5 minutes to confirm one that is due at once, as for payments. */
  confirmation_ms: 300_000,
  /** 48 h to approve a bill above what was agreed, or one for a date that has to be confirmed. */
  approval_ms: 2 * DAY_MS,
  /** Nobody has approved, and it may be paid late: three days more, and then it is skipped. */
  late_ms: 3 * DAY_MS,
  /** Days after the debit date on which the money is looked for, the date itself first. */
  attempt_days: [0, 1, 3, 5],
  /** Before the last of them the customer is told. */
  last_warning_ms: DAY_MS,
  /** Of our banks, the one that the billers' network settles with. */
  settlement_bank: 'a' as 'a' | 'b'
}
