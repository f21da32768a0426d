/** When a payment needs the customer's own confirmation. Amounts in US cents. */
export const stepUp = {
  /** 500 USD and more always. */
  single_usd: '50000',
  /** The other rules leave payments of up to 30 USD alone: a coffee is not worth a PIN. */
  floor_usd: '3000',
  /** More than 100 USD since the last confirmation, this payment included: what a stolen phone may cost. */
  cumulative_usd: '10000',
  /** More than 5 payments since the last confirmation, this one included. */
  payments_since: 5,
  /** More than 3 times what this customer usually pays. */
  median_factor: 3,
  /** Business milliseconds that "usually" looks back on: 30 days. */
  median_window_ms: 2_592_000_000,
  /** From 10 payments in that time on; with fewer the median says nothing. */
  median_payments_min: 10,
  /** Business milliseconds for which a device is new: 72 hours, in which a stolen password is noticed. */
  new_device_ms: 259_200_000
}
