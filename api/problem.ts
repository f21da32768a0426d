import type { ErrorRequestHandler, Request, Response } from 'express'
import { problems, Refusal, type ProblemCode } from '../domain/errors.ts'
import { faultOf } from '../ledger/fault.ts'
import { requestIdOf } from './request-id.ts'

/**
 * The only place where a code becomes HTTP. Codes of declines are usually part of a 201 (`decline_code`); they get a
 * status here for the routes that can only refuse.
 */
export const statuses = {
  invalid_request: 400,
  idempotency_key_missing: 400,
  idempotency_key_reused: 422,
  payload_too_large: 413,
  unsupported_media_type: 415,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  too_many_requests: 429,
  too_many_streams: 429,
  invalid_credentials: 401,
  verification_failed: 403,
  verification_over: 409,
  second_factor_required: 403,
  second_factor_failed: 403,
  second_factor_locked: 429,
  cooling_down: 409,
  notification_required: 400,
  state_conflict: 409,
  precondition_failed: 412,
  precondition_required: 428,
  amount_exceeds_hold: 409,
  hold_expired: 409,
  hold_not_found: 404,
  hold_resolved: 409,
  already_reversed: 409,
  iban_invalid: 400,
  bank_not_supported: 400,
  bank_account_unavailable: 409,
  kyc_required: 409,
  holder_mismatch: 409,
  ownership_unproved: 409,
  tries_exhausted: 409,
  bank_account_suspended: 409,
  dispute_window_over: 409,
  amount_not_disputable: 409,
  card_number_refused: 400,
  card_declined: 409,
  card_expired: 409,
  card_token_invalid: 409,
  card_already_linked: 409,
  confirmation_required: 409,
  confirmation_failed: 403,
  pin_locked: 429,
  confirmation_expired: 409,
  four_eyes_required: 403,
  claimed_by_another: 409,
  statement_invalid: 400,
  statement_conflict: 409,
  statement_out_of_order: 409,
  period_closed: 409,
  period_incomplete: 409,
  webhook_url_forbidden: 400,
  qr_invalid: 400,
  qr_not_payable: 400,
  qr_amount_invalid: 400,
  amount_required: 400,
  amount_mismatch: 400,
  currency_mismatch: 400,
  splits_invalid: 400,
  share_below_fee: 409,
  capture_not_supported: 400,
  capture_pending: 409,
  not_implemented: 501,
  payment_not_captured: 409,
  amount_exceeds_refundable: 409,
  payment_request_paid: 409,
  payment_request_reserved: 409,
  payment_request_expired: 409,
  payment_request_canceled: 409,
  nothing_to_settle: 409,
  settlement_account_required: 409,
  settlement_held: 409,
  insufficient_funds: 409,
  limit_exceeded: 409,
  limit_above_tier: 400,
  balance_limit_exceeded: 409,
  velocity_exceeded: 409,
  not_withdrawable_yet: 409,
  wallet_frozen: 409,
  account_closed: 409,
  payee_unavailable: 409,
  rail_suspended: 409,
  risk_blocked: 409,
  bank_declined: 409,
  mandate_paused: 409,
  mandate_missed: 409,
  mandate_without_occurrences: 422,
  bill_already_paid: 409,
  bill_not_found: 409,
  bill_amount_differs: 409,
  biller_account_invalid: 422,
  biller_account_unknown: 409,
  biller_unavailable: 409,
  biller_declined: 409,
  too_late_to_change: 409,
  bank_not_received: 409,
  invalid_bank_account: 409,
  written_off: 409,
  amount_out_of_range: 409,
  service_unavailable: 503,
  internal: 500
} as const satisfies Record<ProblemCode, number>

/** Where in the request something is wrong: a JSON pointer into the body, or `/query/…`, `/headers/…`. */
export interface FieldError {
  readonly pointer: string
  readonly message: string
}

/** What of a refusal's data a caller may see; everything else in it is for our logs. */
const shown: ReadonlySet<string> = new Set([
  'attempts_left',
  'retry_after_ms',
  'state',
  'limit',
  'amount',
  'currency',
  'remaining',
  'field',
  'until',
  'methods',
  'challenge_id',
  'expires_at'
])

/** Without a time of its own, a refusal that can be repeated asks to wait this long. */
const RETRY_AFTER_S: Partial<Record<ProblemCode, number>> = {
  too_many_requests: 60,
  too_many_streams: 5,
  pin_locked: 60,
  second_factor_locked: 60,
  service_unavailable: 1
}

/** Answers with `application/problem+json` (RFC 9457). */
export function sendProblem(request: Request, response: Response, { code, data }: Refusal): void {
  const status = statuses[code]
  const retryAfterS =
    typeof data.retry_after_ms === 'number' ? Math.ceil(data.retry_after_ms / 1000) : RETRY_AFTER_S[code]
  if (retryAfterS !== undefined) response.set('Retry-After', String(Math.max(1, retryAfterS)))
  if (status === 401) response.set('WWW-Authenticate', 'Bearer')
  const extensions = Object.fromEntries(Object.entries(data).filter(([key]) => shown.has(key)))
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        ...extensions,
        type: `/docs/problems/${code}`,
        title: problems[code],
        status,
        code,
        ...(typeof data.detail === 'string' ? { detail: data.detail } : {}),
        request_id: requestIdOf(request),
        errors: errorsOf(code, data)
      })
    )
}

/** Fields that are wrong by themselves come with their messages; one that a rule refuses has the problem's title. */
function errorsOf(code: ProblemCode, { errors, pointer }: Refusal['data']): readonly FieldError[] {
  if (Array.isArray(errors)) return errors as FieldError[]
  return typeof pointer === 'string' ? [{ pointer, message: problems[code] }] : []
}

/** The last middleware: an expected refusal says what it is, anything else tells the caller nothing but the request id. */
export const problemHandler: ErrorRequestHandler = (error: unknown, request, response, next) => {
  const refusal = toRefusal(error)
  if (refusal.code === 'internal') request.log.error({ err: error }, 'request failed')
  // Half an answer is out already: only cutting the connection still tells the caller that it is not whole.
  if (response.headersSent) return next(error)
  sendProblem(request, response, refusal)
}

/** What Express's own parsers throw carries a `status`; a database or Temporal that is away is ours to try again. */
function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof URIError) return new Refusal('not_found')
  const { status } = error instanceof Error ? (error as Error & { status?: unknown }) : {}
  if (status === 413) return new Refusal('payload_too_large')
  if (status === 415) return new Refusal('unsupported_media_type')
  if (status === 404) return new Refusal('not_found')
  if (typeof status === 'number' && status >= 400 && status < 500) return new Refusal('invalid_request')
  // Also a connection that was cut in the middle, which comes without a code: the caller's key makes trying again safe.
  return new Refusal(error instanceof Error && faultOf(error) === 'passing' ? 'service_unavailable' : 'internal')
}
