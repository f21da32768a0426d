const DAY_MS = 86_400_000

/** Disputes. Durations in business milliseconds, amounts in US cents unless a currency is named. */
export const dispute = {
  /** After the payment; there are no statements yet that would count from their own date. */
  window_ms: 120 * DAY_MS,
  /** So long the merchant may set right what is no fraud before it becomes formal and costs a fee. */
  inquiry_ms: 3 * DAY_MS,
  /** From the formal stage on; reminded at half, and so long before the end. */
  evidence_ms: 10 * DAY_MS,
  last_reminder_ms: DAY_MS,
  /** Regulation E, 12 CFR 1005.11(c): 10 business days, 20 for new accounts; below 50 USD nobody has to wait. */
  credit_business_days: 10,
  new_account_credit_business_days: 20,
  new_account_ms: 30 * DAY_MS,
  credit_at_once_below_usd: '5000',
  /** Regulation E, 12 CFR 1005.11(d)(2): so long the customer knows before a provisional credit is taken back. */
  notice_business_days: 5,
  /** The same regulation: 45 days, 90 for new accounts. Nothing is decided by itself when they are over. */
  review_ms: 45 * DAY_MS,
  new_account_review_ms: 90 * DAY_MS,
  /** After a dispute was won by the merchant. */
  second_stage_ms: 10 * DAY_MS,
  /** Above 1,000 USD two reviewers have to agree. */
  four_eyes_above_usd: '100000',
  /** 15.00 USD for each formal stage, in minor units by currency; a currency that is not listed has none. */
  fee: { USD: '1500', EUR: '1400', GBP: '1200', JPY: '2200', KWD: '4600' },
  /** Whose holidays count where the customer's zone does not say: `domain/holidays.ts`. */
  country: 'US',
  /** How the acquirer is told that a merchant contests a chargeback, and asked what the card's issuer has decided. */
  representment: {
    /** Real milliseconds, as with a bank. */
    send_timeout_ms: 10_000,
    inquiry_timeout_ms: 5_000,
    inquiry: {
      /** Business milliseconds: whether it has arrived is known soon; issuers take weeks, and their word comes by a callback. */
      at_ms: [5_000, 60_000, 900_000, 3_600_000],
      then_every_ms: DAY_MS,
      /** Schemes give an issuer some 30 to 75 days; then a person asks the acquirer. */
      until_ms: 120 * DAY_MS
    }
  },
  /** Of one party. */
  files_max: 10,
  /** A scanned page; what is larger can be sent in parts. */
  file_max_bytes: 1_048_576
}
