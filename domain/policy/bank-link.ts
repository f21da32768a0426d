const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How customers link accounts at banks. Business milliseconds; amounts are US cents. */
export const bankLink = {
  /** 10 days for what only the customer can do: read the two amounts on a statement, confirm a name. */
  answer_ms: 10 * DAY_MS,
  /** Of some fifteen hundred pairs of amounts, three guesses find one in 500 times. */
  tries_max: 3,
  /** Links of one customer that are under way at once: a person has a few accounts, and does them one by one. */
  open_max: 3,
  /** Each costs us two deposits that may never come back. */
  micro_per_month: 5,
  /**
   * Two different amounts, each at least the one, both together at most the other: a link costs less than a dollar. Neither
   * an amount nor the sum is then one of the sandbox's magic amounts (01 to 06).
   */
  deposit_min: '11',
  deposits_max: '99',
  /** When a bank that said "later" is asked again whose the account is; its callback hastens that. Then it is silent. */
  ownership: { at_ms: [60_000, 15 * 60_000], then_every_ms: HOUR_MS, until_ms: DAY_MS }
}
