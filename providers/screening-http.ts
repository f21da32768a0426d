import { z } from 'zod'
import type { ScreeningProvider } from './screening.ts'
import { createSignedExchange } from './signed-exchange.ts'

interface HttpScreeningOptions {
  /** Where the list is kept, e.g. `http://127.0.0.1:3001`. */
  readonly url: string
  /** Ed25519 private key, PKCS#8 in base64. */
  readonly signingKey: string
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number
}

const score = z.number().min(0).max(1)

const Result = z.object({
  list_version: z.string().min(1).max(100),
  score,
  hits: z.array(z.object({ list: z.enum(['sanctions', 'pep']), name: z.string().min(1).max(200), score })).max(10)
})

const Version = z.object({ list_version: z.string().min(1).max(100) })

/** The sanctions and PEP list over signed HTTP; what it does not say is an error, since asking again does no harm. */
export function createHttpScreening({ url, signingKey, timeoutMs }: HttpScreeningOptions): ScreeningProvider {
  const ask = createSignedExchange({ whom: 'the screening list', signingKey, timeoutMs })
  return {
    async search({ reference, name, birthDate }, signal) {
      const body = JSON.stringify({ reference, name, birth_date: birthDate })
      const request = { method: 'POST' as const, url: `${url}/screening/searches`, body }
      const { list_version, ...found } = await ask(request, Result, signal)
      return { listVersion: list_version, ...found }
    },

    async version(signal) {
      const request = { method: 'GET' as const, url: `${url}/screening/list-version` }
      return (await ask(request, Version, signal)).list_version
    }
  }
}
