import { formatMoney, type Money } from './money.ts'
import type { MessageText } from './verification-message.ts'

export type NoticeKind =
  | 'debit'
  | 'debit_reported'
  | 'password_reset'
  | 'device_added'
  | 'second_factor_on'
  | 'second_factor_off'
  | 'bank_account_suspended'
  | 'bank_account_resumed'

/** What customers are told of their account; always the same words, since a message that is repeated must not change. */
export const noticeMessages = {
  debit_reported: {
    subject: 'Your wallets are frozen',
    text: 'You told us that a debit was not yours. Nothing leaves your wallets any more, every session has ended, and we are looking into it.'
  },
  password_reset: {
    subject: 'Your password was replaced',
    text: 'Somebody, probably you, has set a new password. Every session has ended, and for 24 hours nothing can be withdrawn. If it was not you, call us now.'
  },
  device_added: {
    subject: 'A new device',
    text: 'Somebody, probably you, has logged in from a device that we had not seen before. If it was not you, revoke it, and change your password.'
  },
  second_factor_on: {
    subject: 'Your second factor is on',
    text: 'From now on a log-in from a new device asks for a code of your authenticator. If it was not you, call us now.'
  },
  second_factor_off: {
    subject: 'Your second factor is off',
    text: 'Your authenticator is not asked for any more. If it was not you, call us now.'
  },
  bank_account_suspended: {
    subject: 'A bank account of yours is suspended',
    text: 'Until further notice we neither take money from one of your linked bank accounts nor pay any to it. Your bank accounts, where you manage them, say which one and why.'
  },
  bank_account_resumed: {
    subject: 'Your bank account can be used again',
    text: 'The suspension of one of your linked bank accounts is lifted: top-ups and withdrawals go on as before.'
  }
} as const satisfies Readonly<Record<Exclude<NoticeKind, 'debit'>, MessageText>>

/** @param to the merchant's name, or words for the customer's own account. @param token answers "not me" without a log-in. */
export const debitMessage = (amount: Money, to: string, token: string): MessageText => ({
  subject: `${formatMoney(amount)} to ${to}`,
  text: `${formatMoney(amount)} leave your wallet for ${to}. Was it not you? Answer within 7 days, and your wallets are frozen: ${token}`
})
