/** Money back to a payer. Durations in business milliseconds. */
export const refund = {
  /** 5 days for the merchant to have the money; then a person has to see to it. */
  wait_for_funds_ms: 432_000_000,
  /** The merchant was paid for, and keeps the fee; true: the payee gets it back in proportion. */
  return_fee: false
}
