import type { ColumnType, Generated } from 'kysely'

type Read<T> = ColumnType<T, never, never>

/** What every process has in common; written by `post_units` together with the money. */
export interface ProcessTables {
  process: {
    id: Read<string>
    kind: Read<string>
    state: Read<string>
    open: Read<boolean>
    version: Read<number>
    order: Read<unknown>
    created_at: Read<Date>
    updated_at: Read<Date>
  }
  event: {
    id: Read<string>
    xid: Read<string>
    seq: Read<bigint>
    type: Read<string>
    object_id: Read<string>
    unit_id: Read<bigint>
    object_version: Read<number>
    from_state: Read<string | null>
    to_state: Read<string>
    customer_id: Read<string | null>
    merchant_id: Read<string | null>
    actor: Read<string | null>
    data: Read<unknown>
    created_at: Read<Date>
  }
  payment: PaymentTable
  top_up: TopUpTable
  withdrawal: WithdrawalTable
  onboarding: OnboardingTable
  payment_request: PaymentRequestTable
  bank_link: BankLinkTable
  deposit_recovery: DepositRecoveryTable
  bank_return: BankReturnTable
  bank_return_news: {
    bank: string
    reference: string
    dismissed: Generated<boolean>
    times: Generated<number>
    heard_at: Generated<Date>
  }
  bank_return_cursor: { bank: string; seq: bigint }
  card_link: CardLinkTable
  refund: RefundTable
  settlement: SettlementTable
}

/** Written by `store/payment.ts`'s set-based statement, in the posting queue's transaction. */
interface PaymentTable {
  id: Read<string>
  customer_id: Read<string>
  wallet_id: Read<string>
  merchant_id: Read<string>
  currency: Read<string>
  amount: Read<bigint>
  capture: Read<string>
  captured: Read<bigint>
  refunded: Read<bigint>
  disputed: Read<bigint>
  fee: Read<bigint>
  description: Read<string | null>
  metadata: Read<unknown>
  decline_code: Read<string | null>
  confirm_before: Read<Date | null>
  confirmed_at: Read<Date | null>
  authorized_at: Read<Date | null>
  capture_before: Read<Date | null>
  limit_counters: Read<string[]>
  created_at: Read<Date>
  payment_request_id: Read<string | null>
  funding_type: Read<string>
  funding_id: Read<string | null>
  rail: Read<string>
  rail_reference: Read<string | null>
  sent_at: Read<Date | null>
  splits: Read<unknown>
  returned: Read<bigint>
  last_capture: Read<unknown>
  hold_release: Read<string | null>
  risk: Read<unknown>
  review_before: Read<Date | null>
}

/** Written by `store/top-up.ts`'s set-based statement. */
interface TopUpTable {
  id: Read<string>
  customer_id: Read<string>
  wallet_id: Read<string>
  bank_account_id: Read<string | null>
  bank: Read<string>
  currency: Read<string>
  amount: Read<bigint>
  metadata: Read<unknown>
  decline_code: Read<string | null>
  bank_reference: Read<string | null>
  sent_at: Read<Date | null>
  created_at: Read<Date>
  returned: Read<bigint>
  automatic: Read<boolean>
  card_id: Read<string | null>
  risk: Read<unknown>
  review_before: Read<Date | null>
  reviewed_at: Read<Date | null>
}

/** Written by `store/withdrawal.ts`'s set-based statement. */
interface WithdrawalTable {
  id: Read<string>
  customer_id: Read<string>
  wallet_id: Read<string>
  bank_account_id: Read<string>
  bank: Read<string>
  currency: Read<string>
  amount: Read<bigint>
  fee: Read<bigint>
  metadata: Read<unknown>
  decline_code: Read<string | null>
  withdrawable_from: Read<Date | null>
  confirm_before: Read<Date | null>
  confirmed_at: Read<Date | null>
  held_at: Read<Date | null>
  limit_counters: Read<string[]>
  bank_reference: Read<string | null>
  sent_at: Read<Date | null>
  created_at: Read<Date>
  returned: Read<bigint>
  risk: Read<unknown>
  review_before: Read<Date | null>
}

/** Written by `store/refund.ts`'s set-based statement. */
interface RefundTable {
  id: Read<string>
  payment_id: Read<string>
  customer_id: Read<string>
  wallet_id: Read<string>
  merchant_id: Read<string>
  currency: Read<string>
  amount: Read<bigint>
  reason: Read<string | null>
  parts: Read<unknown>
  fee_returned: Read<bigint>
  destination: Read<string | null>
  bank: Read<string | null>
  bank_account_id: Read<string | null>
  card_id: Read<string | null>
  decline_code: Read<string | null>
  waiting: Read<boolean>
  wait_until: Read<Date | null>
  funded_at: Read<Date | null>
  bank_reference: Read<string | null>
  sent_at: Read<Date | null>
  returned: Read<bigint>
  created_at: Read<Date>
}

/** Written by `store/onboarding.ts`'s set-based statement. */
interface OnboardingTable {
  id: Read<string>
  customer_id: Read<string | null>
  merchant_id: Read<string | null>
  purpose: Read<string>
  target_tier: Read<number | null>
  given: Read<string[]>
  extra: Read<string[]>
  collecting_since: Read<Date>
  reminders: Read<number>
  verifying_since: Read<Date | null>
  review_since: Read<Date | null>
  findings: Read<unknown>
  verdict: Read<unknown>
  reviews: Read<unknown>
  created_at: Read<Date>
}

/** Written by `store/payment-request.ts`'s set-based statement, in the unit of its own process or of a payment. */
interface PaymentRequestTable {
  id: Read<string>
  merchant_id: Read<string>
  amount: Read<bigint | null>
  currency: Read<string>
  description: Read<string | null>
  reference: Read<string | null>
  multi_use: Read<boolean>
  metadata: Read<unknown>
  expires_at: Read<Date>
  payment_id: Read<string | null>
  amount_paid: Read<bigint>
  noticed: ColumnType<boolean, never, boolean>
  created_at: Read<Date>
  reserved_by: Read<string | null>
}

/** Written by `store/bank-link.ts`'s set-based statement. */
interface BankLinkTable {
  id: Read<string>
  customer_id: Read<string>
  bank: Read<string>
  method: Read<string>
  holder_match: Read<string | null>
  holder_confirmed: Read<boolean>
  checking_since: Read<Date | null>
  asked_since: Read<Date | null>
  tries: Read<number>
  amounts: Read<string | null>
  deposits: Read<unknown>
  decline_code: Read<string | null>
  created_at: Read<Date>
}

/** Written by `store/deposit-recovery.ts`'s set-based statement. */
interface DepositRecoveryTable {
  id: Read<string>
  customer_id: Read<string>
  bank_account_id: Read<string>
  bank: Read<string>
  currency: Read<string>
  amount: Read<bigint>
  decline_code: Read<string | null>
  bank_reference: Read<string | null>
  sent_at: Read<Date | null>
  created_at: Read<Date>
}

/** Written by `store/bank-return.ts`'s set-based statement. */
interface BankReturnTable {
  id: Read<string>
  bank: Read<string>
  reference: Read<string>
  original_id: Read<string>
  operation: Read<string>
  customer_id: Read<string | null>
  wallet_id: Read<string | null>
  merchant_id: Read<string | null>
  currency: Read<string>
  amount: Read<bigint>
  charge: Read<bigint>
  reason: Read<string>
  in_window: Read<boolean>
  owed: Read<bigint>
  outstanding: Read<bigint>
  given_up: Read<bigint>
  returned_at: Read<Date>
  created_at: Read<Date>
  suspended_bank_account_id: Read<string | null>
}

/** Written by `store/card-link.ts`'s set-based statement. */
interface CardLinkTable {
  id: Read<string>
  customer_id: Read<string>
  brand: Read<string | null>
  funding: Read<string | null>
  expiry_month: Read<number | null>
  expiry_year: Read<number | null>
  decline_code: Read<string | null>
  acquirer_reference: Read<string | null>
  sent_at: Read<Date | null>
  created_at: Read<Date>
}

/** Written by `store/settlement.ts`'s set-based statement. */
interface SettlementTable {
  id: Read<string>
  merchant_id: Read<string>
  currency: Read<string>
  number: Read<bigint | null>
  trigger: Read<string>
  business_date: Read<string>
  cut_off: Read<Date>
  bank: Read<string>
  account_version: Read<number>
  entries: Read<string>
  lines: Read<unknown>
  open_from: Read<bigint>
  due: Read<bigint>
  carried_in: Read<bigint>
  carried_out: Read<bigint>
  holdback: Read<bigint>
  reserve: Read<bigint>
  amount: Read<bigint>
  reserve_release_at: Read<Date | null>
  reserve_released_at: Read<Date | null>
  decline_code: Read<string | null>
  bank_reference: Read<string | null>
  sent_at: Read<Date | null>
  returned: Read<bigint>
  created_at: Read<Date>
}
