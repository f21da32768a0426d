import { reviewEvents, taskEvents } from './work.ts'

/** What merchants are paid, and whether the banks’ books are ours. */
export const booksEvents = {
  'settlement.collecting': 'What is due is added up.',
  'settlement.processing': 'The bank is asked to pay the merchant.',
  'settlement.paid': 'The merchant has the money, or owed us all of it.',
  'settlement.failed': 'Nothing is paid; `decline_code` says why.',
  'settlement.sent': 'The bank was instructed.',
  'settlement.undelivered': 'The bank could not be reached; it is instructed again.',
  'settlement.stuck': 'The bank has not answered for long: an operator sees to it.',
  'settlement.retried': 'An operator has the bank asked again.',
  'settlement.confirmed_by_bank': 'The bank says itself what an operator had said for it.',
  'settlement.contradicted': 'The bank says otherwise than an operator had said for it.',
  'settlement.booked_late': 'The bank has booked it after it was given up.',
  'settlement.returned': 'The bank has sent the money back: it is due again.',
  'settlement.reserve_released': 'What was kept back for a time is the merchant’s again.',
  ...taskEvents('settlement'),
  ...reviewEvents('settlement'),

  'reconciliation.importing': 'A bank’s statement of a day is asked for.',
  'reconciliation.matching': 'The statement is there; it is held against our books.',
  'reconciliation.balanced': 'Everything is explained.',
  'reconciliation.open_items': 'It is booked, and not all of it is understood.',
  'reconciliation.statement_refused': 'The statement that came does not fit; `refusal` says why.',
  'reconciliation.booked': 'A part of the statement is booked.',
  'reconciliation.item_cleared': 'Something that was open is explained.',
  'reconciliation.aged': 'Something is open for too long: finance sees to it.',
  ...taskEvents('reconciliation'),
  ...reviewEvents('reconciliation')
} as const
