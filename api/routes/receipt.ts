import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { receiptOfBill } from '../bill-receipt.ts'
import type { ApiDeps } from '../deps.ts'
import { receiptOfPayment } from '../payment-receipt.ts'
import { ReceiptReply } from '../receipt-schemas.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'

/** What both sides keep of what was paid. It has the digits of what it is of, and exists once money has moved. */
export const receiptRoutes = (deps: ApiDeps): Route[] => [
  route.get(
    '/receipts/{id}',
    {
      summary: 'Read the receipt of a payment or of a paid bill',
      params: z.strictObject({ id: id('rct') }),
      reply: ReceiptReply,
      callers: { customer: 'own', service: 'any', merchant: 'own', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'receipts:read'
    },
    async ({ params, caller, mustOwn }) => {
      const receipt =
        (await receiptOfPayment(deps, params.id, caller, mustOwn)) ??
        (await receiptOfBill(deps, params.id, caller, mustOwn))
      if (!receipt) throw new Refusal('not_found')
      return receipt
    }
  )
]
