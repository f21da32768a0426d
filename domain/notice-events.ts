import type { EventType } from './event-types.ts'
import type { NoticeKind } from './notice-kinds.ts'

/** An event that somebody is told of. */
export interface NoticeOfEvent {
  readonly type: EventType
  readonly kind: NoticeKind
  readonly to: 'customer' | 'merchant'
  /** Told once of one thing, however often it happens to it; else at every event. */
  readonly once?: boolean
  /** Only if it was in one of these states before: whoever got an answer at once need not be told what it was. */
  readonly from?: readonly string[]
  /** Only if its data has this. */
  readonly has?: string
}

const toldTo =
  (to: NoticeOfEvent['to']) =>
  (type: EventType, kind: NoticeKind, more: Partial<NoticeOfEvent> = {}): NoticeOfEvent => ({ type, kind, to, ...more })
const customer = toldTo('customer')
const merchant = toldTo('merchant')

const once = { once: true } as const
/** What was decided while nobody waited for the answer. */
const later = { from: ['processing', 'in_review'] } as const

/**
 * What of all that happens customers and businesses are told. What is no event (a new device, a password) is told by who does
 * it (`store/notices.ts`); applications are told by their run, which knows what is new about them.
 */
export const noticesOfEvents: readonly NoticeOfEvent[] = [
  customer('payment.requires_capture', 'debit', once),
  customer('payment.succeeded', 'debit', once),
  customer('payment.requires_action', 'confirmation_needed', { from: ['in_review'] }),
  customer('payment.declined', 'payment_declined', later),
  customer('payment.failed', 'payment_declined', later),
  customer('payment.expired', 'payment_declined', { from: ['in_review'] }),
  customer('payment.expired', 'hold_released', { from: ['requires_capture'] }),
  customer('payment.canceled', 'hold_released', { from: ['requires_capture'] }),
  customer('withdrawal.processing', 'withdrawal_sent', once),
  customer('withdrawal.requires_action', 'confirmation_needed', { from: ['in_review'] }),
  customer('withdrawal.succeeded', 'withdrawal_succeeded', once),
  customer('withdrawal.declined', 'withdrawal_failed', later),
  customer('withdrawal.failed', 'withdrawal_failed', later),
  customer('withdrawal.returned', 'withdrawal_returned', once),
  customer('top_up.succeeded', 'top_up_succeeded', once),
  customer('top_up.declined', 'top_up_failed', later),
  customer('top_up.failed', 'top_up_failed', later),
  customer('top_up.returned', 'top_up_returned', once),
  customer('refund.succeeded', 'refund_received', once),
  customer('bank_return.received', 'bank_account_suspended', { once: true, has: 'suspended_bank_account_id' }),
  customer('bank_return.receivable', 'receivable', once),
  customer('bank_return.recovered', 'receivable_paid', { from: ['receivable'] }),
  customer('dispute.inquiry', 'dispute_opened', once),
  customer('dispute.needs_response', 'dispute_opened', once),
  customer('dispute.credited', 'dispute_credited', once),
  customer('dispute.reversal_announced', 'dispute_reversal', once),
  customer('dispute.lost', 'dispute_for_customer', once),
  customer('dispute.accepted', 'dispute_for_customer', once),
  customer('dispute.expired', 'dispute_for_customer', once),
  customer('dispute.decided', 'dispute_for_merchant', once),
  customer('bank_link.linked', 'bank_account_linked', once),
  customer('bank_link.failed', 'bank_link_failed', { from: ['verifying'], once: true }),
  customer('bank_link.expired', 'bank_link_failed', once),
  customer('card_link.linked', 'card_linked', once),
  customer('card_link.failed', 'card_link_failed', { from: ['verifying'], once: true }),
  customer('card_link.expired', 'card_link_failed', once),
  customer('bill_payment.upcoming', 'bill_announced'),
  customer('bill_payment.awaiting_approval', 'bill_awaiting_approval'),
  customer('bill_payment.approval_asked_again', 'bill_awaiting_approval'),
  customer('bill_payment.paid', 'debit', once),
  customer('bill_payment.awaiting_funds', 'bill_awaiting_funds'),
  customer('bill_payment.last_attempt', 'bill_last_attempt'),
  customer('bill_payment.failed', 'bill_failed', once),
  customer('bill_payment.skipped', 'bill_skipped'),
  customer('bill_payment.reversed', 'bill_reversed'),
  customer('mandate.paused', 'mandate_paused'),
  merchant('dispute.inquiry', 'dispute_received', once),
  merchant('dispute.needs_response', 'dispute_evidence_due', once),
  merchant('dispute.evidence_reminder', 'dispute_evidence_due'),
  merchant('dispute.won', 'dispute_won', once),
  merchant('dispute.lost', 'dispute_lost', once),
  merchant('dispute.expired', 'dispute_lost', once),
  merchant('settlement.paid', 'settlement_paid', once),
  merchant('settlement.failed', 'settlement_failed', { from: ['processing'], once: true }),
  merchant('settlement.returned', 'settlement_failed'),
  merchant('payment_request.paid', 'request_paid', once),
  merchant('payment_request.expired', 'request_expired', once)
]
