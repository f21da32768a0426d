import { z } from 'zod'
import type { NotifierProvider } from './notifier.ts'
import { createSignedExchange } from './signed-exchange.ts'

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
  const ask = createSignedExchange({ whom: 'the notifier', signingKey, timeoutMs })
  return {
    async send({ id, to, channel, subject, text }, signal) {
      const body = JSON.stringify({ id, to, channel, subject, text })
      // Taken is taken, whatever it says besides.
      await ask({ method: 'POST', url: `${url}/notifications`, body }, z.unknown(), signal)
    }
  }
}
