import { z } from 'zod'
import { createBankReturns } from './bank-returns-http.ts'
import { createBankStatements } from './bank-statements-http.ts'
import { createAccountChecks } from './account-checks-http.ts'
import type { BankAnswer, BankInquiry, BankInstruction, BankProvider } from './bank.ts'
import { exchange, type Exchange } from './exchange.ts'
import { createRequestSigner, type UnsignedRequest } from './signed-request.ts'

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
    ...createBankStatements(options),
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
