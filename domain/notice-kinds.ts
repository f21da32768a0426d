/** In what language somebody is told. */
export const languages = ['en', 'zh'] as const
export type Language = (typeof languages)[number]

/** How something gets to somebody; in the app it is listed besides, whatever is chosen here. */
export const channels = ['email', 'sms', 'push'] as const
export type Channel = (typeof channels)[number]

/** What a customer can choose channels for. */
export const categories = [
  'security',
  'debits',
  'money',
  'bills',
  'requests',
  'disputes',
  'account',
  'marketing'
] as const
export type Category = (typeof categories)[number]

/** Everything that somebody is told, and what it belongs to. Those of businesses have no customer who could choose. */
export const categoryOf = {
  // Whose account it is.
  debit_reported: 'security',
  password_reset: 'security',
  password_changed: 'security',
  pin_set: 'security',
  pin_changed: 'security',
  device_added: 'security',
  second_factor_on: 'security',
  second_factor_off: 'security',
  wallet_frozen: 'security',
  wallet_thawed: 'security',
  bank_account_linked: 'security',
  card_linked: 'security',
  limits_changed: 'security',
  // What leaves a wallet; its owner can deny it.
  debit: 'debits',
  withdrawal_sent: 'debits',
  confirmation_needed: 'money',
  payment_declined: 'money',
  hold_released: 'money',
  top_up_succeeded: 'money',
  top_up_failed: 'money',
  top_up_returned: 'money',
  withdrawal_succeeded: 'money',
  withdrawal_failed: 'money',
  withdrawal_returned: 'money',
  refund_received: 'money',
  receivable: 'money',
  receivable_paid: 'money',
  bill_announced: 'bills',
  bill_awaiting_approval: 'bills',
  bill_last_attempt: 'bills',
  bill_reversed: 'bills',
  bill_awaiting_funds: 'bills',
  bill_failed: 'bills',
  bill_skipped: 'bills',
  mandate_paused: 'bills',
  dispute_opened: 'disputes',
  dispute_credited: 'disputes',
  dispute_for_customer: 'disputes',
  dispute_for_merchant: 'disputes',
  dispute_reversal: 'disputes',
  bank_link_failed: 'account',
  card_link_failed: 'account',
  bank_account_suspended: 'account',
  bank_account_resumed: 'account',
  application_reminded: 'account',
  application_collecting: 'account',
  application_approved: 'account',
  application_rejected: 'account',
  application_restricted: 'account',
  application_lifted: 'account',
  application_expired: 'account',
  // Of a business.
  business_approved: 'account',
  business_restricted: 'account',
  business_lifted: 'account',
  dispute_received: 'disputes',
  dispute_evidence_due: 'disputes',
  dispute_won: 'disputes',
  dispute_lost: 'disputes',
  settlement_paid: 'money',
  settlement_failed: 'money',
  request_paid: 'requests',
  request_expired: 'requests'
} as const satisfies Readonly<Record<string, Category>>

export type NoticeKind = keyof typeof categoryOf
export const noticeKinds = Object.keys(categoryOf) as NoticeKind[]

/** What a row says it is; undefined for a kind that there was once. */
export const isNoticeKind = (text: string): text is NoticeKind => Object.hasOwn(categoryOf, text)
