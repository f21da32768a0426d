import { taskEvents } from './work.ts'

export const mandateEvents = {
  'mandate.active': 'Bills are paid by its rule: it is new, or goes on.',
  'mandate.paused': 'No bill is paid for it; `reason` says why.',
  'mandate.completed': 'Its end has come, or all that it was for is paid.',
  'mandate.canceled': 'The customer has ended it.',
  'mandate.failed': 'It cannot go on; `reason` says why.',
  'mandate.announced': 'A payment of it is announced.',
  'mandate.payment_paid': 'A payment of it was made.',
  'mandate.payment_failed': 'A payment of it has failed; the third in a row pauses it.',
  'mandate.payment_skipped': 'A payment of it was left out.',
  'mandate.payment_canceled': 'A payment of it was taken back.',
  'mandate.missed': 'A payment of it was due while the system was down, and is too old to be made up for.',
  'mandate.skipped': 'The next payment is left out.',
  'mandate.next_changed': 'The next payment has another amount.',
  'mandate.changed': 'It has another rule, amount or policy.',
  ...taskEvents('mandate')
} as const
