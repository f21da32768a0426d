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
  | 'dispute_opened'
  | 'dispute_credited'
  | 'dispute_for_customer'
  | 'dispute_for_merchant'
  | 'dispute_reversal'

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
  },
  dispute_opened: {
    subject: 'We have your dispute',
    text: 'You have disputed a payment. We have asked the merchant, and will tell you what comes of it. Until it is due you may show us what you have.'
  },
  dispute_credited: {
    subject: 'A provisional credit',
    text: 'While your dispute is open you have the disputed money from us. If it is decided for the merchant, we take it back, and tell you 5 business days before.'
  },
  dispute_for_customer: {
    subject: 'Your dispute was decided for you',
    text: 'The disputed money is yours: it is in your wallet, and a provisional credit stays.'
  },
  dispute_for_merchant: {
    subject: 'Your dispute was decided for the merchant',
    text: 'What the merchant has shown was found to be right. You can read it, and within 10 days you can dispute the payment once more.'
  },
  dispute_reversal: {
    subject: 'Your provisional credit will be taken back',
    text: 'Your dispute is over, and what we had credited for it is taken back after 5 business days. Until then you can go on spending it; what is missing then you will owe us.'
  }
} as const satisfies Readonly<Record<Exclude<NoticeKind, 'debit'>, MessageText>>

/** @param to the merchant's name, or words for the customer's own account. @param token answers "not me" without a log-in. */
export const debitMessage = (amount: Money, to: string, token: string): MessageText => ({
  subject: `${formatMoney(amount)} to ${to}`,
  text: `${formatMoney(amount)} leave your wallet for ${to}. Was it not you? Answer within 7 days, and your wallets are frozen: ${token}`
})
