import { setTimeout as pause } from 'node:timers/promises'
import type { Answered } from './client.ts'

/**
 * A caller that does not give up: sends the same request (under the same key) again while the API cannot be reached, says
 * 503, or says 202 because nothing is committed yet. Any other answer is definite.
 * @throws {Error} with the last answer when there is no definite one for `limitMs`.
 */
export async function insist(send: () => Promise<Answered>, limitMs = 60_000): Promise<Answered> {
  const giveUpAt = performance.now() + limitMs
  for (;;) {
    // Not by `instanceof Error`: the runtime's own errors are of another realm than a test's.
    const [answered, error] = await send().then(
      (answer) => [answer, undefined] as const,
      (reason: unknown) => [undefined, reason] as const
    )
    if (answered && answered.status !== 202 && answered.status !== 503) return answered
    const cause = answered ? `${answered.status} ${JSON.stringify(answered.body)}` : error
    if (performance.now() > giveUpAt) throw new Error('no definite answer', { cause })
    await pause(answered ? 1_000 * Number(answered.headers.get('retry-after') ?? 0.1) : 50)
  }
}

/** Does the work for all of them, at most `limit` at once, in order; the results stand where their items stood. */
export async function eachAtMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  const rest = items.entries()
  const oneByOne = async () => {
    for (const [index, item] of rest) results[index] = await work(item, index)
  }
  await Promise.all(Array.from({ length: limit }, oneByOne))
  return results
}
