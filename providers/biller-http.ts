import { z } from 'zod'
import type { BillAnswer } from '../domain/bill.ts'
import { isCurrency, type CurrencyCode } from '../domain/currencies.ts'
import type { BankAnswer, BankInquiry } from './bank.ts'
import type { BillerNews, BillerProvider, BillInstruction } from './biller.ts'
import { exchange, type Exchange } from './exchange.ts'
import { createSignedExchange } from './signed-exchange.ts'
import { createRequestSigner, type UnsignedRequest } from './signed-request.ts'

interface HttpBillerOptions {
  /** Where the network answers, e.g. `http://127.0.0.1:3001`. */
  readonly url: string
  /** Ed25519 private key, PKCS#8 in base64. */
  readonly signingKey: string
  /** How long an answer may take, in milliseconds; later it is `unknown`, and an inquiry tells. */
  readonly timeoutMs: number
}

const code = z.string().min(1).max(64)
const reference = z.string().min(1).max(100)
const booked = { network_reference: z.string().min(1).max(128) }
const Money = z.object({
  amount: z.string().regex(/^[1-9][0-9]{0,17}$/),
  currency: z.string().refine((text): text is CurrencyCode => isCurrency(text), 'not an ISO 4217 currency')
})

const Answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('accepted'), ...booked }),
  z.object({ status: z.literal('declined'), code }),
  z.object({ status: z.literal('pending') })
])
const Inquiry = z.discriminatedUnion('status', [
  z.object({ status: z.literal('booked'), ...booked }),
  z.object({ status: z.literal('declined'), code }),
  z.object({ status: z.literal(['pending', 'not_found']) })
])
const Bill = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('open'),
    bill_reference: z.string().min(1).max(64),
    amount: Money,
    due_date: z.iso.date()
  }),
  z.object({ status: z.literal(['no_bill', 'account_unknown']) })
])
const bank = z.enum(['a', 'b'])
const entry = { seq: z.int().positive(), reference, amount: Money, at: z.iso.datetime() }
const News = z.object({
  data: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('settled'), ...entry, bank, biller: code, payments: z.array(reference).min(1) }),
        z.object({ kind: z.literal('reversed'), ...entry, bank: bank.optional(), payment: reference, reason: code })
      ])
    )
    .max(1_000)
})

/** The billers' network over signed HTTP; what it does not say clearly is `unknown`, as at the banks. */
export function createHttpBiller({ url, signingKey, timeoutMs }: HttpBillerOptions): BillerProvider {
  const sign = createRequestSigner(signingKey)
  const ask = (request: UnsignedRequest, signal?: AbortSignal) => exchange(sign, request, timeoutMs, signal)
  const read = createSignedExchange({ whom: "the billers' network", signingKey, timeoutMs })
  const payments = `${url}/billers/payments`
  return {
    send: async (instruction, signal) =>
      toAnswer(await ask({ method: 'POST', url: payments, body: bodyOf(instruction) }, signal)),
    inquire: async (of, signal) =>
      toInquiry(await ask({ method: 'GET', url: `${payments}/${encodeURIComponent(of)}` }, signal)),
    askBill: async ({ biller, accountNumber: account_number, billReference: bill_reference }, signal) => {
      const body = JSON.stringify({ biller, account_number, bill_reference })
      return toBill(await ask({ method: 'POST', url: `${url}/billers/bills/inquire`, body }, signal))
    },
    listNews: async (after, signal) => {
      const { data } = await read({ method: 'GET', url: `${url}/billers/news?after=${after}` }, News, signal)
      return data.map(({ amount: money, ...news }): BillerNews => ({ ...news, money }))
    }
  }
}

const toAnswer = (got: Exchange): BankAnswer => {
  if (got.kind !== 'reply') return got
  const { success, data } = Answer.safeParse(got.body)
  if (!success) return { kind: 'unknown', reason: 'unparsable' }
  if (data.status === 'declined') return { kind: 'declined', code: data.code }
  if (data.status === 'pending') return { kind: 'unknown', reason: 'pending' }
  return { kind: 'accepted', bankReference: data.network_reference }
}

/** An inquiry changes nothing that we rely on, so a network that cannot be reached is simply one that did not tell. */
const toInquiry = (got: Exchange): BankInquiry => {
  if (got.kind !== 'reply') return { kind: 'unknown', reason: got.reason }
  const { success, data } = Inquiry.safeParse(got.body)
  if (!success) return { kind: 'unknown', reason: 'unparsable' }
  if (data.status === 'declined') return { kind: 'declined', code: data.code }
  if (data.status !== 'booked') return { kind: data.status }
  return { kind: 'booked', bankReference: data.network_reference }
}

const toBill = (got: Exchange): BillAnswer => {
  if (got.kind !== 'reply') return { kind: 'unknown', reason: got.reason }
  const { success, data } = Bill.safeParse(got.body)
  if (!success) return { kind: 'unknown', reason: 'unparsable' }
  if (data.status !== 'open') return { kind: data.status }
  return { kind: 'open', billReference: data.bill_reference, money: data.amount, dueDate: data.due_date }
}

const bodyOf = ({ reference, biller, accountNumber, billReference, money }: BillInstruction): string =>
  JSON.stringify({ reference, biller, account_number: accountNumber, bill_reference: billReference, amount: money })
