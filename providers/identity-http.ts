import { z } from 'zod'
import { kycItems } from '../domain/onboarding.ts'
import type { IdentityAnswer, IdentityCheck, IdentityProvider } from './identity.ts'
import { createSignedExchange } from './signed-exchange.ts'

interface HttpIdentityOptions {
  /** Where the bureau answers, e.g. `http://127.0.0.1:3001`. */
  readonly url: string
  /** Ed25519 private key, PKCS#8 in base64. */
  readonly signingKey: string
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number
}

const reasons = z.array(z.string().min(1).max(64)).min(1).max(20)

const Answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('clear') }),
  z.object({ status: z.literal(['doubtful', 'rejected']), reasons }),
  // An item that no customer could be asked for is no answer.
  z.object({ status: z.literal('more'), items: z.array(z.enum(kycItems)).min(1).max(kycItems.length) }),
  z.object({ status: z.literal('pending') })
])

/** The identity bureau over signed HTTP; what it does not say is an error, since asking again does no harm. */
export function createHttpIdentity({ url, signingKey, timeoutMs }: HttpIdentityOptions): IdentityProvider {
  const ask = createSignedExchange({ whom: 'the identity bureau', signingKey, timeoutMs })
  return {
    async check(check, signal) {
      const request = { method: 'POST' as const, url: `${url}/identity/checks`, body: bodyOf(check) }
      return toAnswer(await ask(request, Answer, signal))
    }
  }
}

const toAnswer = (answer: z.output<typeof Answer>): IdentityAnswer => {
  if (answer.status === 'more') return { kind: 'more', items: answer.items }
  if ('reasons' in answer) return { kind: answer.status, reasons: answer.reasons }
  return { kind: answer.status }
}

const bodyOf = ({ reference, name, birthDate, document, selfieSha256 }: IdentityCheck): string =>
  JSON.stringify({
    reference,
    name,
    birth_date: birthDate,
    document: {
      type: document.type,
      number: document.number,
      country: document.country,
      expires_on: document.expiresOn,
      image_sha256: document.imageSha256
    },
    selfie_sha256: selfieSha256
  })
