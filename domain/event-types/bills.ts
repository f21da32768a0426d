import { reviewEvents, taskEvents } from './work.ts'

export const billEvents = {
  'bill_payment.announced': 'It is ordered, and paid now or when its time comes.',
  'bill_payment.awaiting_approval': 'The customer has to approve it.',
  'bill_payment.processing': 'The money is held, and the billers’ network is asked to pay.',
  'bill_payment.awaiting_funds': 'The wallet lacks the money; it is looked for again.',
  'bill_payment.paid': 'The biller has the money.',
  'bill_payment.skipped': 'It is left out; `decline_code` says why.',
  'bill_payment.canceled': 'The customer has taken it back.',
  'bill_payment.failed': 'It is given up; `decline_code` says why.',
  'bill_payment.upcoming': 'It is paid in 48 hours at most.',
  'bill_payment.approved': 'The customer has approved it.',
  'bill_payment.approval_asked_again': 'It has become more: the customer has to approve it again.',
  'bill_payment.last_attempt': 'Tomorrow the money is looked for the last time.',
  'bill_payment.sent': 'The network was instructed.',
  'bill_payment.undelivered': 'The network could not be reached; it is instructed again.',
  'bill_payment.stuck': 'The network has not answered for long: an operator sees to it.',
  'bill_payment.retried': 'An operator has the network asked again.',
  'bill_payment.booked_late': 'The network has booked it after it was given up.',
  'bill_payment.reversed': 'The biller has given money back.',
  'bill_payment.amount_changed': 'The customer pays another amount this time.',
  'bill_payment.mandate_paused': 'Its mandate is paused: it is not paid unless that goes on in time.',
  'bill_payment.mandate_resumed': 'Its mandate goes on.',
  'bill_payment.mandate_changed': 'It follows what has changed about its mandate.',
  ...taskEvents('bill_payment'),
  ...reviewEvents('bill_payment')
} as const
