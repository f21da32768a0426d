const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How customers link accounts at banks. Business milliseconds; amounts are US cents. */
export const bankLink = {
  /** 10 days for what only the customer can do: read the two amounts on a statement, confirm a name. */
  answer_ms: 10 * DAY_MS,
  /** Of some four thousand pairs of amounts, three guesses find one in 1,300. */
  tries_max: 3,
  /** Links of one customer that are under way at once: a person has a few accounts, and does them one by one. */
  open_max: 3,
  /** Each costs us two deposits that may never come back. */
  micro_per_month: 5,
  /** Two different amounts from here to there, both included. Below 10 cents are the sandbox's magic amounts. */
  deposit_min: '11',
  deposit_max: '99',
  /** When a bank that said "later" is asked again whose the account is; its callback hastens that. Then it is silent. */
  ownership: { at_ms: [60_000, 15 * 60_000], then_every_ms: HOUR_MS, until_ms: DAY_MS }
}
