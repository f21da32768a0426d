import { randomUUID } from 'node:crypto'

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
