/** A limit that no amount passes. */
export const UNLIMITED = 'unlimited'

/**
 * What a wallet may send and hold, by how well its owner is known. US cents, or
 * `unlimited`; wallets in other currencies are measured at the reference rates.
 */
export const limits = {
  tiers: {
    /** Nobody has proved who they are yet: nothing moves. */
    0: { per_payment_usd: '0', per_day_usd: '0', per_month_usd: '0', balance_usd: '0' },
    /** Identity proved: 500 / 1,000 / 5,000 / 5,000 USD. */
    1: { per_payment_usd: '50000', per_day_usd: '100000', per_month_usd: '500000', balance_usd: '500000' },
    /** Address and source of funds proved: 5,000 / 10,000 / 50,000 / 100,000 USD. */
    2: { per_payment_usd: '500000', per_day_usd: '1000000', per_month_usd: '5000000', balance_usd: '10000000' },
    /** Given by decision of two operators: they judged the customer, so the table adds nothing unless it is told to. */
    3: { per_payment_usd: UNLIMITED, per_day_usd: UNLIMITED, per_month_usd: UNLIMITED, balance_usd: UNLIMITED }
  },
  /** Who raises a limit of their own waits so long, in business milliseconds. */
  own_raise_ms: 86_400_000,
  /** US dollars for one unit of the currency: seeded until the FX provider exists. */
  reference_rates: { EUR: '1.10', GBP: '1.27', JPY: '0.0067', KWD: '3.25' } as Record<string, string>
}
