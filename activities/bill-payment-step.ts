import type { UnitPart } from '../ledger/unit-of-work.ts'
import { getBillPayment, type BillPayment } from '../store/bill-payment.ts'
import { advance } from './advance.ts'
import { toBillPaymentProgress, type BillPaymentProgress, type BillPaymentStart } from './bill-payment-progress.ts'
import type { ActivityDeps } from './deps.ts'

/** A step that nobody decided, as one unit of work; undefined: the record has moved on, and there is nothing to do. */
export const createBillPaymentStep =
  ({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) =>
  async (
    { id, fingerprint, policy }: BillPaymentStart,
    name: string,
    partFor: (payment: BillPayment) => UnitPart | undefined
  ): Promise<BillPaymentProgress> => {
    const { seen } = await advance(ledger, { key: `${id}:${name}`, fingerprint }, () => getBillPayment(db, id), partFor)
    return toBillPaymentProgress(seen, policy)
  }
