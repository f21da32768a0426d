/** Payments and what merchants pay for them. Durations in business milliseconds. */
export const payment = {
  /** 7 days: how long a manual capture may wait. Card schemes give merchants the same week. */
  hold_ms: 604_800_000,
  /** 5 minutes to confirm with the PIN: long enough to fetch the phone, short enough that amount and payee are in mind. */
  confirmation_ms: 300_000,
  merchant_fee: {
    /** 60 bp = 0.60 % of the amount, rounded half-up. */
    bps: 60,
    /** Minor units by currency, about ten US cents; a currency that is not listed has no fixed part. */
    fixed: { USD: '10', EUR: '10', GBP: '10', JPY: '15', KWD: '30' } as Record<string, string>
  }
}
