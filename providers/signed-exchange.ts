import type { z } from 'zod'
import { errorCode } from './error-code.ts'
import { createRequestSigner, type UnsignedRequest } from './signed-request.ts'

interface ExchangeOptions {
  /** Who is asked, as it stands in errors. */
  readonly whom: string
  /** Ed25519 private key, PKCS#8 in base64. */
  readonly signingKey: string
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number
}

/** Asks once and reads the answer as the contract says. */
type SignedExchange = <Shape extends z.ZodType>(
  request: UnsignedRequest,
  shape: Shape,
  signal?: AbortSignal
) => Promise<z.output<Shape>>

/**
 * Questions over signed HTTP that may be repeated without harm. Whatever is not a 2xx that reads as the shape says
 * throws; the error says why and nothing else, since both the question and the answer are about a person.
 */
export function createSignedExchange({ whom, signingKey, timeoutMs }: ExchangeOptions): SignedExchange {
  const sign = createRequestSigner(signingKey)
  return async (request, shape, signal) => {
    const headers = await sign(request)
    const timeout = AbortSignal.timeout(timeoutMs)
    const { status, text } = await fetch(request.url, {
      method: request.method,
      headers,
      body: request.body,
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout])
    })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch((failure: unknown) => {
        signal?.throwIfAborted() // the caller knows its own reason
        throw new Error(`${whom} gave no answer: ${timeout.aborted ? 'timeout' : (errorCode(failure) ?? 'cut off')}`)
      })
    if (status < 200 || status > 299) throw new UnwelcomeAnswer(whom, status)
    const answer = shape.safeParse(fromJson(text))
    if (!answer.success) throw new Error(`${whom} answered ${status} with something that is no answer`)
    return answer.data
  }
}

/** An answer other than a 2xx, by its HTTP status alone. */
export class UnwelcomeAnswer extends Error {
  readonly status: number
  override readonly name = 'UnwelcomeAnswer'

  constructor(whom: string, status: number) {
    super(`${whom} answered ${status}`)
    this.status = status
  }
}

/** What is no JSON has no shape either; the parser's own words would quote it. */
const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
