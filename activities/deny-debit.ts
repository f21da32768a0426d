import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/in-transaction.ts'
import { appendAudit } from '../store/audit.ts'
import { findDebit, reportDebit } from '../store/debit-report.ts'
import { addNotice } from '../store/notices.ts'

/** Who disputes a payment as not their own has said "it was not me": what follows from that follows at once, and once. */
export async function denyDebit(db: Kysely<Database>, debitId: string, requestId: string): Promise<void> {
  await inTransaction(db, async (transaction) => {
    const debit = await findDebit(transaction, debitId)
    if (!debit) throw new TypeError(`${debitId} is not there`)
    const { made, report } = await reportDebit(transaction, debit, 'dispute', requestId)
    if (!made) return
    await addNotice(transaction, debit.customerId, 'debit_reported', debit.id)
    const data = { proof: 'dispute', customer_id: debit.customerId, wallets_frozen: report.walletsFrozen }
    await appendAudit(transaction, {
      actor: debit.customerId,
      action: 'debit.denied',
      object: debit.id,
      requestId,
      data
    })
  })
}
