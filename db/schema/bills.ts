import type { ColumnType, Generated } from 'kysely'

type Read<T> = ColumnType<T, never, never>

/** Billers, their bills' payments, and what the billers' network has settled. */
export interface BillTables {
  biller: BillerTable
  bill_payment: BillPaymentTable
  biller_news: {
    seq: bigint
    kind: string
    reference: string
    bank: string | null
    biller_id: string
    bill_payment_id: string | null
    currency: string
    amount: bigint
    payments: number
    at: Date
    booked_at: Generated<Date>
  }
}

interface BillerTable {
  id: string
  name: string
  category: string
  country: string
  currency: string
  network_code: string
  account_pattern: string
  check_digit: string | null
  account_example: string
  account_hint: string
  tells_bills: boolean
  fee: bigint
  state: ColumnType<string, string | undefined, string>
  created_at: ColumnType<Date, Date | undefined, never>
}

/** Written by `store/bill-payment.ts`'s set-based statement. */
interface BillPaymentTable {
  id: Read<string>
  customer_id: Read<string>
  wallet_id: Read<string>
  biller_id: Read<string>
  account_reference: Read<string>
  account_index: Read<string>
  bill_reference: Read<string | null>
  currency: Read<string>
  amount: Read<bigint | null>
  cap: Read<bigint | null>
  fee: Read<bigint>
  due_date: Read<string | null>
  announce_at: Read<Date>
  debit_at: Read<Date>
  noticed_at: Read<Date | null>
  scheduled: Read<boolean>
  approval_required: Read<boolean>
  approved_at: Read<Date | null>
  approved_amount: Read<bigint | null>
  approval_deadline: Read<Date | null>
  approval_extended: Read<boolean>
  attempt: Read<number>
  next_attempt_at: Read<Date | null>
  warned: Read<boolean>
  held_at: Read<Date | null>
  limit_counters: Read<string[]>
  network_reference: Read<string | null>
  sent_at: Read<Date | null>
  decline_code: Read<string | null>
  claimed: Read<boolean>
  reversed: Read<bigint>
  metadata: Read<unknown>
  risk: Read<unknown>
  mandate_id: Read<string | null>
  period: Read<string | null>
  late_policy: Read<string | null>
  created_at: Read<Date>
}
