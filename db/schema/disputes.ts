import type { ColumnType, Generated } from 'kysely'

type Read<T> = ColumnType<T, never, never>

export interface DisputeTables {
  /** Written by `store/dispute.ts`'s set-based statement. */
  dispute: {
    id: Read<string>
    payment_id: Read<string>
    customer_id: Read<string>
    wallet_id: Read<string>
    merchant_id: Read<string>
    currency: Read<string>
    amount: Read<bigint>
    reason: Read<string>
    previous_id: Read<string | null>
    opened_by: Read<string>
    decline_code: Read<string | null>
    new_account: Read<boolean>
    inquiry_until: Read<Date | null>
    formal_at: Read<Date | null>
    evidence_due: Read<Date | null>
    reminders: Read<number>
    fee: Read<bigint>
    evidence: Read<unknown>
    review_since: Read<Date | null>
    review_due: Read<Date | null>
    reviews: Read<unknown>
    credit_due: Read<Date>
    credited_at: Read<Date | null>
    ending: Read<string | null>
    ended_at: Read<Date | null>
    released: Read<boolean>
    notice_until: Read<Date | null>
    owed: Read<bigint>
    outstanding: Read<bigint>
    created_at: Read<Date>
    chargeback_id: Read<string | null>
    representments: Read<number>
    represented_at: Read<Date | null>
    goodwill: Read<bigint>
  }
  /** Written by `store/concession.ts`'s set-based statement. */
  concession: {
    id: Read<string>
    kind: Read<string>
    merchant_id: Read<string>
    dispute_id: Read<string | null>
    customer_id: Read<string | null>
    wallet_id: Read<string | null>
    currency: Read<string>
    amount: Read<bigint>
    reason: Read<string>
    requested_by: Read<string>
    decline_code: Read<string | null>
    created_at: Read<Date>
  }
  chargeback: {
    id: string
    original_id: string
    amount: bigint
    currency: string
    reason: string
    previous_id: string | null
    heard_at: Generated<Date>
  }
  dispute_file: {
    dispute_id: string
    party: string
    sha256: string
    media_type: string
    size: number
    sealed: Buffer
    uploaded_at: Generated<Date>
  }
  dispute_statement: { id: string; dispute_id: string; sealed: Buffer }
}
