/**
 * Every code that a caller can meet, with what it means in a sentence. A closed union: `api/problem.ts` gives each its
 * HTTP status, `docs/problems/` a page. Codes marked "decline" end a process as `declined`; they are answers, not errors.
 */
export const problems = {
  // the request itself
  invalid_request: 'The request is malformed: see errors[] for where.',
  idempotency_key_missing:
    'A POST that makes or moves something needs an Idempotency-Key of 1–255 visible ASCII characters.',
  idempotency_key_reused: 'This Idempotency-Key was used for a different request.',
  payload_too_large: 'The body is larger than this route takes.',
  unsupported_media_type: 'The body must be application/json in UTF-8.',
  // the caller
  unauthenticated: 'No valid credentials came with the request.',
  forbidden: 'These credentials may not do this.',
  not_found: 'There is no such thing, or it is not yours.',
  too_many_requests: 'Too many attempts; wait as long as Retry-After says.',
  too_many_streams: 'So many streams of events are open for you already.',
  invalid_credentials: 'Log-in and password do not match.',
  verification_failed: 'What was said is wrong.',
  verification_over: 'The code is used, replaced, out of time or out of tries: ask for a new one.',
  second_factor_required: 'This log-in needs a second factor: see methods for which.',
  second_factor_failed: 'The second factor is wrong.',
  second_factor_locked: 'Too many wrong second factors; wait as long as Retry-After says.',
  cooling_down: 'The password was reset lately; this rests until then.',
  notification_required: 'Messages about security cannot be switched off, and those about debits need a channel.',
  // state
  state_conflict: 'The thing is not in a state in which this can be done.',
  precondition_failed: 'The thing has changed since the version you named.',
  precondition_required: 'Say which version you mean with If-Match.',
  amount_exceeds_hold: 'The amount is above what the hold still has.',
  hold_expired: 'The hold has expired; its money can no longer be captured.',
  hold_not_found: 'There is no such hold.',
  hold_resolved: 'Nothing is left of the hold.',
  already_reversed: 'This unit has been reversed before.',
  // bank accounts
  iban_invalid: 'The text is not an IBAN.',
  bank_not_supported: 'We cannot reach that bank.',
  bank_account_unavailable: 'This bank account cannot be linked.',
  kyc_required: 'The customer has to be known first.',
  holder_mismatch: 'The account is held by somebody else.',
  ownership_unproved: 'The bank did not say that the account is the customer’s.',
  tries_exhausted: 'The amounts were wrong too often.',
  bank_account_suspended: 'The bank account is suspended; nothing is taken from it or paid to it.',
  // disputes
  dispute_window_over: 'The time to dispute this is over.',
  amount_not_disputable: 'So much of the payment is not there to be disputed.',
  // cards
  card_number_refused: 'A card number may not be sent here.',
  card_declined: 'The card was declined.',
  card_expired: 'The card has expired.',
  card_token_invalid: 'The token is not known to the acquirer, or was used before.',
  card_already_linked: 'The customer has linked this card already.',
  // mandates
  mandate_paused: 'The mandate was paused when it was to be paid.',
  mandate_missed: 'It was not paid in time, and is not made up for.',
  mandate_without_occurrences: 'The rule has no date that is still to come.',
  // bills
  bill_already_paid: 'The bill has been paid, or is being paid.',
  bill_not_found: 'The biller knows no such open bill.',
  bill_amount_differs: 'The bill is for another amount.',
  biller_account_invalid: 'The account number is none of this biller’s.',
  biller_account_unknown: 'The biller knows no such account.',
  biller_unavailable: 'The biller cannot be paid now.',
  biller_declined: 'The biller did not take the payment.',
  too_late_to_change: 'It can be changed until the end of the day before.',
  // confirmation
  confirmation_required: 'The customer has to confirm it first.',
  confirmation_failed: 'The PIN, or the code in its place, is wrong.',
  pin_locked: 'Too many wrong PINs; wait as long as Retry-After says.',
  confirmation_expired: 'The time to confirm is over.',
  four_eyes_required: 'Another operator than the one who asked has to decide.',
  // operators' work
  claimed_by_another: 'Another operator has claimed it.',
  // reconciliation
  statement_invalid: 'The statement cannot be read, or does not agree with itself.',
  statement_conflict: 'Another statement was taken for that day, or under that name.',
  statement_out_of_order: 'The statement does not begin where the last one ended.',
  period_closed: 'The month is closed.',
  period_incomplete: 'The month cannot be closed yet.',
  // payments: request
  qr_invalid: 'The text is not an EMVCo merchant-presented code.',
  qr_not_payable: 'The code is of a scheme that cannot be paid from here.',
  qr_amount_invalid: "The code's amount does not fit its currency.",
  amount_required: 'Neither the request nor the code carries an amount.',
  amount_mismatch: 'The code carries another amount.',
  currency_mismatch: 'The currencies of the wallet, the amount and the payee differ.',
  splits_invalid: 'The shares do not fit the payment.',
  share_below_fee: "The payee's share of this part does not cover its fee.",
  capture_not_supported: 'This payment cannot be captured later.',
  capture_pending: 'A capture is with the acquirer, and nobody knows yet how it ends.',
  not_implemented: 'This is not offered yet.',
  // refunds
  payment_not_captured: 'Nothing of the payment has been captured, so there is nothing to give back.',
  amount_exceeds_refundable: 'The amount is above what is left of the payment to give back.',
  // payments: what asked for them (also declines)
  payment_request_paid: 'The payment request has been paid.',
  payment_request_reserved: 'Somebody is paying the payment request.',
  payment_request_expired: 'The time to pay the payment request is over.',
  payment_request_canceled: 'The merchant has taken the payment request back.',
  // settlements
  nothing_to_settle: 'Nothing is due to the merchant yet, or too little to be sent.',
  settlement_account_required: 'The merchant has no bank account that can be paid.',
  settlement_held: 'The merchant is not settled now.',
  // declines
  insufficient_funds: 'The available balance does not cover the amount.',
  limit_exceeded: 'A limit of the wallet would be passed.',
  limit_above_tier: "An own limit lies at or below the tier's.",
  balance_limit_exceeded: "The wallet's balance would pass its limit.",
  velocity_exceeded: 'Too many in a short time.',
  not_withdrawable_yet: 'A part of the money came from a bank account linked too recently to go out again.',
  wallet_frozen: 'The wallet is frozen.',
  account_closed: 'The account is closed.',
  payee_unavailable: 'The payee cannot take payments now.',
  rail_suspended: 'This way of moving money is suspended for the moment.',
  risk_blocked: 'The payment was refused by a risk rule.',
  bank_declined: 'The bank declined.',
  bank_not_received: 'The bank never received the instruction, and will not book it.',
  invalid_bank_account: 'The bank account is unknown to the bank.',
  written_off: 'An operator gave the instruction up, with proof that the bank did not book it.',
  amount_out_of_range: 'A balance would pass the largest number the books can hold.',
  // webhooks
  webhook_url_forbidden: 'Nothing is sent to this URL.',
  // our side
  service_unavailable: 'We cannot take this now; try again after Retry-After.',
  internal: 'Something failed on our side; quote the request id.'
} as const

export type ProblemCode = keyof typeof problems

/**
 * An expected refusal: a code and data for machines. `api/problem.ts` turns it into HTTP, `activities/to-failure.ts` into
 * a non-retryable Temporal failure. No personal data in `data`: it may be logged.
 */
export class Refusal extends Error {
  readonly code: ProblemCode
  readonly data: Readonly<Record<string, unknown>>
  override readonly name = 'Refusal'

  constructor(code: ProblemCode, data: Readonly<Record<string, unknown>> = {}) {
    super(problems[code])
    this.code = code
    this.data = data
  }
}
