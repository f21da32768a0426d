import type { NotifierProvider } from './notifier.ts'
import { createRequestSigner } from './signed-request.ts'

interface HttpNotifierOptions {
  /** Where the notifier answers, e.g. `http://127.0.0.1:3001`. */
  readonly url: string
  /** Ed25519 private key, PKCS#8 in base64. */
  readonly signingKey: string
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number
}

/** E-mail and SMS over signed HTTP; whatever is not a 2xx was not taken, and is sent again under the same id. */
export function createHttpNotifier({ url, signingKey, timeoutMs }: HttpNotifierOptions): NotifierProvider {
  const sign = createRequestSigner(signingKey)
  return {
    async send({ id, to, channel, subject, text }, signal) {
      const request = {
        method: 'POST' as const,
        url: `${url}/notifications`,
        body: JSON.stringify({ id, to, channel, subject, text })
      }
      const timeout = AbortSignal.timeout(timeoutMs)
      const response = await fetch(request.url, {
        method: request.method,
        headers: await sign(request),
        body: request.body,
        redirect: 'error',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout])
      })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`the notifier answered ${response.status}`)
    }
  }
}
