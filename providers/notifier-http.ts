import { z } from 'zod'
import type { NotifierAnswer, NotifierProvider } from './notifier.ts'
import { createSignedExchange, UnwelcomeAnswer } from './signed-exchange.ts'

interface HttpNotifierOptions {
  /** Where the notifier answers, e.g. `http://127.0.0.1:3001`. */
  readonly url: string
  /** Ed25519 private key, PKCS#8 in base64. */
  readonly signingKey: string
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number
}

/** 409: a message was taken under this id, and its words were others: those of an older version, or of a merchant's old name. */
const answers: Readonly<Record<number, NotifierAnswer>> = { 400: 'refused', 409: 'taken', 410: 'gone', 422: 'refused' }

/** E-mail, SMS and push over signed HTTP; what neither is taken nor never will be is sent again under the same id. */
export function createHttpNotifier({ url, signingKey, timeoutMs }: HttpNotifierOptions): NotifierProvider {
  const ask = createSignedExchange({ whom: 'the notifier', signingKey, timeoutMs })
  return {
    async send({ id, to, channel, subject, text }, signal) {
      const body = JSON.stringify({ id, to, channel, subject, text })
      // Taken is taken, whatever it says besides.
      try {
        await ask({ method: 'POST', url: `${url}/notifications`, body }, z.unknown(), signal)
        return 'taken'
      } catch (error) {
        const answer = error instanceof UnwelcomeAnswer ? answers[error.status] : undefined
        if (answer === undefined) throw error
        return answer
      }
    }
  }
}
