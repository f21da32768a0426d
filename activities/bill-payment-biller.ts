import type { BillAnswer } from '../domain/bill.ts'
import { toWire } from '../domain/money.ts'
import type { BillInstruction } from '../providers/biller.ts'
import { accountNumberOf } from '../store/bill-account.ts'
import { getBillPayment, type BillPayment } from '../store/bill-payment.ts'
import { findBiller } from '../store/biller.ts'
import type { BankInquiry, SendAnswer } from './bank-words.ts'
import type { BillPaymentStart } from './bill-payment-progress.ts'
import { amountOf, sendPart, undeliveredPart } from './bill-payment-units.ts'
import type { ActivityDeps } from './deps.ts'
import { createSendOnce, marksOf } from './send-once.ts'

/** A bill payment's words with the billers' network, under one reference: its own id. */
export function billPaymentBillerActivities({
  db,
  ledger,
  billers,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'billers' | 'vault' | 'crash'>) {
  const sendOnce = createSendOnce({ ledger, bank: billers, crash })
  const get = (id: string) => getBillPayment(db, id)
  const numberOf = ({ customerId, accountReference }: BillPayment) =>
    accountNumberOf(db, vault, customerId, accountReference)

  /** The customer's number there: read just before the call, and kept nowhere. */
  async function instructionFor(payment: BillPayment, biller: string): Promise<BillInstruction | undefined> {
    const accountNumber = await numberOf(payment)
    if (accountNumber === undefined) return undefined
    const { id: reference, billReference, currency } = payment
    const money = toWire({ amount: amountOf(payment), currency })
    return { reference, biller, accountNumber, billReference: billReference ?? undefined, money }
  }

  return {
    /** What is due: the bill that was ordered, else the one that is due first. "Unknown" is a value. */
    askBillDue: async ({ id, policy }: BillPaymentStart): Promise<BillAnswer> => {
      const payment = await get(id)
      const biller = await findBiller(db, payment.billerId)
      const accountNumber = await numberOf(payment)
      if (!biller || accountNumber === undefined) return { kind: 'account_unknown' }
      const question = { biller: biller.networkCode, accountNumber, billReference: payment.billReference ?? undefined }
      const answer = await billers.askBill(question, AbortSignal.timeout(policy.inquiry_timeout_ms))
      // Of another currency it is no bill that this wallet could pay.
      return answer.kind === 'open' && answer.money.currency !== payment.currency ? { kind: 'no_bill' } : answer
    },

    /** Has the network bring the money to the biller, once. */
    sendBillPayment: async ({ id, fingerprint, policy }: BillPaymentStart): Promise<SendAnswer> => {
      const payment = await get(id)
      const biller = await findBiller(db, payment.billerId)
      // Suspended or closed since the money was held.
      if (biller?.state !== 'active') return { kind: 'not_sent', code: 'biller_unavailable' }
      const instruction = await instructionFor(payment, biller.networkCode)
      if (!instruction) return { kind: 'not_sent', code: 'biller_account_unknown' }
      return sendOnce({
        instruction,
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: 'bill-payment.send/reply',
        ...marksOf(db, { get: () => get(id), state: 'processing', sendPart, undeliveredPart })
      })
    },

    /** Asks the network what became of it; what it says, "unknown" included, is a value. */
    inquireBillPayment: async ({ id, policy }: BillPaymentStart): Promise<BankInquiry> => {
      crash('bill-payment.inquire/before')
      const answer = await billers.inquire(id, AbortSignal.timeout(policy.inquiry_timeout_ms))
      crash('bill-payment.inquire/reply')
      return answer
    }
  }
}
