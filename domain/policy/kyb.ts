/** How well a business has to be known before it can be paid; deadlines, thresholds and reviewers are `kyc`'s. */
export const kyb = {
  /** ISO 18245 categories that nobody may be paid in here: adult content by telephone, betting. */
  mcc_prohibited: ['5967', '7801', '7802', '7995'],
  /** Those that a reviewer looks at: money transfer, tobacco, quasi-cash, securities, dating. */
  mcc_high_risk: ['4829', '5993', '6051', '6211', '7273'],
  /** Points beside those of `kyc.risk_weights`. */
  risk_weights: { high_risk_mcc: 60, payee_close: 10 }
}
