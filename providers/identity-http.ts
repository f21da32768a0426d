import { z } from 'zod'
import { kybItems, kycItems, type OnboardingItem } from '../domain/onboarding.ts'
import type { BureauFinding } from '../domain/kyc-verdict.ts'
import type { BusinessCheck, IdentityCheck, IdentityProvider } from './identity.ts'
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

/** An item that nobody could be asked for is no answer. */
const answerAsking = <Item extends OnboardingItem>(items: readonly [Item, ...Item[]]) =>
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('clear') }),
    z.object({ status: z.literal(['doubtful', 'rejected']), reasons }),
    z.object({ status: z.literal('more'), items: z.array(z.enum(items)).min(1).max(items.length) }),
    z.object({ status: z.literal('pending') })
  ])

const Answer = answerAsking(kycItems)
const BusinessAnswer = answerAsking(kybItems)

/** The identity bureau over signed HTTP; what it does not say is an error, since asking again does no harm. */
export function createHttpIdentity({ url, signingKey, timeoutMs }: HttpIdentityOptions): IdentityProvider {
  const ask = createSignedExchange({ whom: 'the identity bureau', signingKey, timeoutMs })
  const post = (path: string, body: object) => ({
    method: 'POST' as const,
    url: `${url}/identity/${path}`,
    body: JSON.stringify(body)
  })
  return {
    check: async (check, signal) => toAnswer(await ask(post('checks', bodyOf(check)), Answer, signal)),
    checkBusiness: async (check, signal) =>
      toAnswer(await ask(post('businesses', businessOf(check)), BusinessAnswer, signal))
  }
}

type Spoken<Item extends OnboardingItem> = Exclude<BureauFinding<Item>, { kind: 'silent' }> | { kind: 'pending' }

const toAnswer = <Item extends OnboardingItem>(
  answer:
    | { status: 'clear' | 'pending' }
    | { status: 'doubtful' | 'rejected'; reasons: string[] }
    | { status: 'more'; items: Item[] }
): Spoken<Item> => {
  if (answer.status === 'more') return { kind: 'more', items: answer.items }
  if ('reasons' in answer) return { kind: answer.status, reasons: answer.reasons }
  return { kind: answer.status }
}

const businessOf = ({ reference, name, registrationNumber, country, documentSha256 }: BusinessCheck) => ({
  reference,
  name,
  registration_number: registrationNumber,
  country,
  document_sha256: documentSha256
})

const bodyOf = ({ reference, name, birthDate, document, selfieSha256 }: IdentityCheck) => ({
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
