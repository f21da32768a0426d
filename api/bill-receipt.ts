import { idOf, sameDigits, type ReceiptId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import { findBillPayment, type BillPayment } from '../store/bill-payment.ts'
import { findBiller } from '../store/biller.ts'
import { listBillMovements } from '../store/receipt.ts'
import { accountNumberFor } from './account-number.ts'
import type { Caller } from './caller.ts'
import type { ApiDeps } from './deps.ts'
import { toEntry } from './receipt-entry.ts'
import type { BillReceipt } from './receipt-schemas.ts'
import { instant } from './schemas.ts'

/** Undefined: it is no bill's, or the bill is not paid. Whose it is not is refused by `mustOwn`. */
export async function receiptOfBill(
  { db, vault }: Pick<ApiDeps, 'db' | 'vault'>,
  id: ReceiptId,
  caller: Caller,
  mustOwn: (payment: BillPayment) => void
): Promise<BillReceipt | undefined> {
  const payment = await findBillPayment(db, sameDigits('bpm', id))
  if (payment?.state !== 'paid') return undefined
  mustOwn(payment)
  const [biller, movements, accountNumber] = await Promise.all([
    findBiller(db, payment.billerId),
    listBillMovements(db, payment.id),
    accountNumberFor({ db, vault }, caller, payment)
  ])
  const { amount, fee, currency, billReference, networkReference, mandateId, period, reversed } = payment
  const total = movements.reduce((sum, movement) => sum + movement.amount, 0n)
  // A receipt that disagrees with the books must not be shown to anyone.
  if (!biller || amount === null || total !== amount + fee)
    throw new Error(`${payment.id}: the books do not show what was paid`)
  const money = (minor: bigint) => toWire({ amount: minor, currency })
  return {
    id,
    object: 'receipt',
    type: 'bill_payment',
    bill_payment_id: payment.id,
    state: payment.state,
    wallet_id: payment.walletId,
    biller: { id: biller.id, name: biller.name, category: biller.category, country: biller.country },
    ...(accountNumber !== undefined && { account_number: accountNumber }),
    ...(billReference !== null && { bill_reference: billReference }),
    ...(networkReference !== null && { network_reference: networkReference }),
    amount: money(amount),
    fee: money(fee),
    total: money(total),
    ...(reversed > 0n && { reversed: money(reversed) }),
    ...(mandateId !== null && period !== null && { mandate_id: idOf('man', mandateId), period }),
    entries: movements.map((movement) => toEntry(movement, currency)),
    created_at: instant(payment.createdAt),
    paid_at: instant(movements.at(-1)!.effectiveAt)
  }
}
