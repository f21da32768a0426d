/** "Below so much add so much". */
export const automaticTopUp = {
  /** Once in 24 business hours: a rule that is set too tight, or a thief, empties no bank account. */
  every_ms: 86_400_000,
  /** Declined so often in a row, the rule rests until its owner sets it again. */
  declines_max: 3
}
