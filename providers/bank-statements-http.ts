import type { BankStatements, StatementAnswer } from './bank.ts'
import type { HttpBankOptions } from './bank-http.ts'
import { errorCode } from './error-code.ts'
import { createRequestSigner } from './signed-request.ts'

/** What banks hand over, over signed HTTP: a file as it is, up to a size; whether it can be believed is not said here. */
export function createBankStatements({ url, signingKey }: HttpBankOptions): BankStatements {
  const sign = createRequestSigner(signingKey)
  return {
    fetchStatement: async (bank, date, maxBytes, signal) => {
      const request = { method: 'GET' as const, url: `${url}/banks/${bank}/statements/${date}.xml` }
      const headers = await sign(request)
      try {
        const response = await fetch(request.url, { headers, redirect: 'error', signal })
        if (response.status === 404) return { kind: 'not_yet' }
        if (!response.ok) return { kind: 'unknown', reason: `http_${response.status}` }
        return await readUpTo(response, maxBytes)
      } catch (failure) {
        return { kind: 'unknown', reason: signal?.aborted ? 'timeout' : (errorCode(failure) ?? 'cut_off') }
      }
    }
  }
}

/** Stops reading where it becomes too much: the length that is announced need not be true. */
async function readUpTo(response: Response, maxBytes: number): Promise<StatementAnswer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += (part as Uint8Array).length
    if (length > maxBytes) return { kind: 'unknown', reason: 'too_large' }
    parts.push(part as Uint8Array)
  }
  try {
    return { kind: 'statement', content: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)) }
  } catch {
    return { kind: 'unknown', reason: 'not_utf8' }
  }
}
