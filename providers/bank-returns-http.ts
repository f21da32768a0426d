import { z } from 'zod'
import { isCurrency, type CurrencyCode } from '../domain/currencies.ts'
import type { BankReturns } from './bank.ts'
import type { HttpBankOptions } from './bank-http.ts'
import { createSignedExchange } from './signed-exchange.ts'

const Money = z.object({
  amount: z.string().regex(/^[1-9][0-9]{0,17}$/),
  currency: z.string().refine((code): code is CurrencyCode => isCurrency(code), 'not an ISO 4217 currency')
})
const reference = z.string().min(1).max(100)

const Return = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('returned'),
    original_reference: reference,
    amount: Money,
    charge: Money.optional(),
    reason: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
    returned_at: z.iso.datetime()
  }),
  z.object({ status: z.literal('not_found') })
])

const Returns = z.object({ data: z.array(z.object({ seq: z.int().positive(), reference })).max(1_000) })

/** What banks say about returns, over signed HTTP; what they do not say is an error, since asking again does no harm. */
export function createBankReturns({ url, signingKey, timeoutMs }: HttpBankOptions): BankReturns {
  const ask = createSignedExchange({ whom: 'the bank', signingKey, timeoutMs })
  return {
    inquireReturn: async (bank, reference, signal) => {
      const target = `${url}/banks/${bank}/returns/${encodeURIComponent(reference)}`
      const said = await ask({ method: 'GET', url: target }, Return, signal)
      if (said.status === 'not_found') return { kind: 'not_found' }
      const { original_reference: originalReference, amount: money, charge, reason, returned_at: returnedAt } = said
      return { kind: 'returned', originalReference, money, charge, reason, returnedAt }
    },
    listReturns: async (bank, after, signal) => {
      const said = await ask({ method: 'GET', url: `${url}/banks/${bank}/returns?after=${after}` }, Returns, signal)
      return said.data
    }
  }
}
