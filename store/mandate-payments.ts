import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { billPaymentRecords, toBillPayment, type BillPayment } from './bill-payment.ts'

/** A mandate's payments that are announced and not begun, the first debit first. */
export async function listAnnouncedPayments(db: Kysely<Database>, mandateId: string): Promise<BillPayment[]> {
  const rows = await billPaymentRecords(db)
    .where('bill_payment.mandate_id', '=', mandateId)
    .where('process.open', '=', true)
    .where('process.state', 'in', ['announced', 'awaiting_approval'])
    .orderBy('bill_payment.period')
    .execute()
  return rows.map(toBillPayment)
}
