import { errorCode } from './error-code.ts'
import type { RequestSigner, UnsignedRequest } from './signed-request.ts'

/** What came of sending an instruction, or of asking about one. */
export type Exchange =
  | { readonly kind: 'reply'; readonly body: unknown }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'undelivered'; readonly reason: string }

/**
 * One signed request, once. Only an answer of 2xx that is JSON is a reply; only a refused connection proves that nothing was
 * delivered; everything else may have been.
 */
export const exchange = async (
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
