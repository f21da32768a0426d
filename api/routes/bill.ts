import { Refusal } from '../../domain/errors.ts'
import { billAccountIndex } from '../../store/bill-account.ts'
import { isClaimed } from '../../store/bill-payment-list.ts'
import { askForBill, billedAccount } from '../bill.ts'
import { BillInquiry, BillReply } from '../biller-schemas.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'

/** What is due at a biller: asked there, and kept nowhere. */
export const billRoutes = ({ db, vault, askBill }: ApiDeps): Route[] => [
  route.post(
    '/bills/inquire',
    {
      summary: 'Ask a biller what is due',
      description: 'The bill that is due first, or the one that is named. Nothing is stored: the number is personal.',
      body: BillInquiry,
      reply: BillReply,
      status: 200,
      callers: { customer: 'any', service: 'any' },
      scope: 'bills:read',
      idempotency: 'none',
      errors: ['biller_account_invalid', 'biller_account_unknown', 'biller_unavailable', 'service_unavailable']
    },
    async ({ body }) => {
      const { biller, accountNumber } = await billedAccount(db, body)
      if (!biller.tellsBills) throw new Refusal('biller_unavailable', { reason: 'tells_no_bills' })
      const bill = await askForBill(askBill, biller, accountNumber, body.bill_reference)
      if (!bill) return { object: 'bill' as const, biller_id: biller.id, status: 'none' as const }
      const { billReference, money, dueDate } = bill
      const claimed = await isClaimed(db, {
        billerId: biller.id,
        accountIndex: billAccountIndex(vault, biller.id, accountNumber),
        billReference
      })
      return {
        object: 'bill' as const,
        biller_id: biller.id,
        status: claimed ? ('paid' as const) : ('open' as const),
        bill_reference: billReference,
        amount: money,
        due_date: dueDate
      }
    }
  )
]
