import { z } from 'zod'
import { createBankReturns } from './bank-returns-http.ts'
import { createAccountChecks } from './account-checks-http.ts'
import type { BankAnswer, BankInquiry, BankInstruction, BankProvider } from './bank.ts'
import { errorCode } from './error-code.ts'
import { createRequestSigner, type RequestSigner, type UnsignedRequest } from './signed-request.ts'

export interface HttpBankOptions {
  /** Where the banks answer, e.g. `http://127.0.0.1:3001`. */
  readonly url: string
  /** Ed25519 private key, PKCS#8 in base64. */
  readonly signingKey: string
  /** How long an answer may take, in milliseconds; later it is `unknown`, and an inquiry tells. */
  readonly timeoutMs: number
}

const code = z.string().min(1).max(64)
const bankReference = z.string().min(1).max(128)

const Answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('accepted'), bank_reference: bankReference }),
  z.object({ status: z.literal('declined'), code }),
  z.object({ status: z.literal('pending') })
])

const Inquiry = z.discriminatedUnion('status', [
  z.object({ status: z.literal('booked'), bank_reference: bankReference }),
  z.object({ status: z.literal('declined'), code }),
  z.object({ status: z.literal('pending') }),
  z.object({ status: z.literal('not_found') })
])

/**
 * The banks over signed HTTP. Only an answer of 2xx that reads as the contract says is believed; whatever else happens
 * after a byte may have left (a time-out, a reset, any other status, text that is no answer) is `unknown`, because the
 * bank may have booked. Only a refused connection proves that nothing was delivered.
 */
export function createHttpBank(options: HttpBankOptions): BankProvider {
  const { url, signingKey, timeoutMs } = options
  const sign = createRequestSigner(signingKey)
  const ask = (request: UnsignedRequest, signal?: AbortSignal) => exchange(sign, request, timeoutMs, signal)
  return {
    ...createAccountChecks(options),
    ...createBankReturns(options),
    async send(instruction, signal) {
      const target = `${url}/banks/${instruction.bank}/instructions`
      return toAnswer(await ask({ method: 'POST', url: target, body: bodyOf(instruction) }, signal))
    },
    async inquire(bank, reference, signal) {
      const target = `${url}/banks/${bank}/instructions/${encodeURIComponent(reference)}`
      return toInquiry(await ask({ method: 'GET', url: target }, signal))
    }
  }
}

type Exchange =
  | { readonly kind: 'reply'; readonly body: unknown }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'undelivered'; readonly reason: string }

const exchange = async (
  sign: RequestSigner,
  request: UnsignedRequest,
  timeoutMs: number,
  signal: AbortSignal | undefined
): Promise<Exchange> => {
  const headers = await sign(request)
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers,
      body: request.body,
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout])
    })
    const text = await response.text()
    return response.ok ? toReply(text) : { kind: 'unknown', reason: `http_${response.status}` }
  } catch (failure) {
    if (timeout.aborted) return { kind: 'unknown', reason: 'timeout' }
    return toFailedExchange(failure)
  }
}

const toReply = (text: string): Exchange => {
  try {
    return { kind: 'reply', body: JSON.parse(text) as unknown }
  } catch {
    return { kind: 'unknown', reason: 'unparsable' }
  }
}

const toFailedExchange = (failure: unknown): Exchange => {
  const reason = errorCode(failure) ?? 'aborted'
  return reason === 'ECONNREFUSED' ? { kind: 'undelivered', reason } : { kind: 'unknown', reason }
}

const toAnswer = (got: Exchange): BankAnswer => {
  if (got.kind !== 'reply') return got
  const answer = Answer.safeParse(got.body)
  if (!answer.success) return { kind: 'unknown', reason: 'unparsable' }
  if (answer.data.status === 'accepted') return { kind: 'accepted', bankReference: answer.data.bank_reference }
  if (answer.data.status === 'declined') return { kind: 'declined', code: answer.data.code }
  return { kind: 'unknown', reason: 'pending' }
}

/** An inquiry changes nothing that we rely on, so a bank that cannot be reached is simply one that did not tell. */
const toInquiry = (got: Exchange): BankInquiry => {
  if (got.kind !== 'reply') return { kind: 'unknown', reason: got.reason }
  const inquiry = Inquiry.safeParse(got.body)
  if (!inquiry.success) return { kind: 'unknown', reason: 'unparsable' }
  if (inquiry.data.status === 'booked') return { kind: 'booked', bankReference: inquiry.data.bank_reference }
  if (inquiry.data.status === 'declined') return { kind: 'declined', code: inquiry.data.code }
  return { kind: inquiry.data.status }
}

const bodyOf = ({ reference, operation, iban, holder, money }: BankInstruction): string =>
  JSON.stringify({ reference, operation, iban, holder, amount: money })
