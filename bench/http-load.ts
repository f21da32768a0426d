import { randomUUID } from 'node:crypto'
import type { Credentials } from '../local/credentials.ts'

export interface HttpSlice {
  readonly perSecond: number
  readonly latenciesMs: readonly number[]
  readonly failed: number
}

export interface HttpTarget {
  readonly url: string
  readonly token?: string
  readonly body: object
  /** What a good answer is, beyond 2xx. */
  readonly isGood?: (body: Record<string, unknown>) => boolean
}

/** So many clients, each with one request under way at a time, for so long. */
export async function httpSlice(target: HttpTarget, clients: number, seconds: number): Promise<HttpSlice> {
  const latenciesMs: number[] = []
  let failed = 0
  const startedAt = performance.now()
  const endAt = startedAt + seconds * 1_000
  const client = async () => {
    for (let sentAt = performance.now(); sentAt < endAt; sentAt = performance.now()) {
      if (await isAnswered(target)) latenciesMs.push(performance.now() - sentAt)
      else failed += 1
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return { perSecond: (latenciesMs.length * 1_000) / (performance.now() - startedAt), latenciesMs, failed }
}

async function isAnswered({ url, token, body, isGood = () => true }: HttpTarget): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(token && { authorization: `Bearer ${token}` })
      },
      body: JSON.stringify(body)
    })
    const answer = (await response.json()) as Record<string, unknown>
    return response.ok && isGood(answer)
  } catch {
    return false
  }
}

/** A dollar from the balance of the seeded customer who has no limits. */
export function paymentTarget({ api_url, keys, seed }: Credentials): HttpTarget {
  const { wallet_id } = seed.customers.find(({ policy }) => policy === 'unlimited')!
  return {
    url: `${api_url}/v1/payments`,
    token: keys.service,
    body: { wallet_id, merchant_id: seed.merchant_id, amount: { amount: '100', currency: 'USD' } },
    isGood: ({ state }) => state === 'succeeded'
  }
}

/** As a service. @throws {Error} with what the API says, when it refuses */
export async function post(
  { api_url, keys }: Credentials,
  path: string,
  body: object
): Promise<Record<string, unknown>> {
  const response = await fetch(`${api_url}/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      authorization: `Bearer ${keys.service}`
    },
    body: JSON.stringify(body)
  })
  const answer = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
  return answer
}
