import { reviewEvents, taskEvents } from './work.ts'

export const refundEvents = {
  'refund.pending': 'It waits until the merchant has the money.',
  'refund.processing': 'The bank or the acquirer is asked to pay it.',
  'refund.succeeded': 'The customer has the money.',
  'refund.canceled': 'The merchant has taken it back before anything moved.',
  'refund.failed': 'It is given up; `decline_code` says why.',
  'refund.sent': 'The bank or the acquirer was instructed.',
  'refund.undelivered': 'The bank or the acquirer could not be reached; it is instructed again.',
  'refund.stuck': 'Nobody has answered for long: an operator sees to it.',
  'refund.retried': 'An operator has the bank asked again.',
  'refund.unfunded': 'The merchant’s money was waited for long enough: finance sees to it.',
  'refund.confirmed_by_bank': 'The bank says itself what an operator had said for it.',
  'refund.contradicted': 'The bank says otherwise than an operator had said for it.',
  'refund.booked_late': 'The bank has booked it after it was given up.',
  'refund.returned': 'The bank has sent the money back: it is in the wallet.',
  ...taskEvents('refund'),
  ...reviewEvents('refund')
} as const

export const disputeEvents = {
  'dispute.inquiry': 'The merchant may set it right without a fee.',
  'dispute.needs_response': 'The merchant has to accept it or show evidence.',
  'dispute.under_review': 'A reviewer has to decide.',
  'dispute.closed': 'It ended with the inquiry.',
  'dispute.accepted': 'The merchant has accepted it.',
  'dispute.expired': 'The merchant has shown nothing in time.',
  'dispute.withdrawn': 'The customer has taken it back.',
  'dispute.won': 'The merchant keeps the money.',
  'dispute.lost': 'The customer keeps the money.',
  'dispute.evidence_submitted': 'A party has shown evidence.',
  'dispute.evidence_reminder': 'The merchant was reminded of the evidence.',
  'dispute.credited': 'The customer has a provisional credit.',
  'dispute.reversal_announced': 'The customer was told that the credit will be taken back.',
  'dispute.taken_back': 'The customer wants to withdraw it.',
  'dispute.reviewed': 'One of two reviewers has decided.',
  'dispute.decided': 'The reviewers have decided.',
  'dispute.represented': 'A chargeback: the merchant’s answer goes to the card’s issuer.',
  'dispute.undelivered': 'A chargeback: the acquirer could not be reached; it is told again.',
  'dispute.not_received': 'A chargeback: the acquirer never received the merchant’s answer; it is told again.',
  'dispute.stuck': 'A chargeback: nobody has said for long how it ended; an operator sees to it.',
  'dispute.retried': 'A chargeback: an operator has the acquirer asked again.',
  'dispute.goodwill': 'The customer has lost it, and has money of ours.',
  'dispute.partly_recovered': 'A part of what the customer owes for it was paid.',
  'dispute.recovered': 'The customer owes nothing for it any more.',
  ...taskEvents('dispute')
} as const

export const concessionEvents = {
  'concession.in_review': 'Another finance operator has to decide.',
  'concession.granted': 'We have given the money up.',
  'concession.declined': 'By then there was nothing left to give up.',
  'concession.rejected': 'The other finance operator does not want it.',
  ...taskEvents('concession'),
  ...reviewEvents('concession')
} as const
