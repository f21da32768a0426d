import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import type { BankName } from './bank-types.ts'
import type { Delivery, World } from './world.ts'

export interface Callbacks {
  /** Tells the API that a reference is worth an inquiry; resolves after the first try of the last call. */
  report(who: BankName | 'acquirer' | 'billers', reference: string, times: number): Promise<void>
  /** Tells the API once that one who is no bank has news of a reference; resolves as `report` does. */
  tell(who: 'identity' | 'screening', reference: string): Promise<void>
  /** Makes every call that is still due: after a restart, or when the API's address has become known. */
  resume(): void
  /** Posts where the business clock stands, now; false when the API did not take it. */
  announceClock(): Promise<boolean>
}

interface CallbackDeps {
  readonly world: World
  /** Standard Webhooks secret, `whsec_…`. */
  readonly secret: string
  readonly stopping: AbortSignal
}

/** Real time between tries; an API that is down for longer finds out by its own inquiries. */
const RETRY_MS = [200, 500, 1_000, 2_000, 5_000, 10_000, 30_000]

/** An API that does not answer in this time is tried again. */
const ANSWER_MS = 5_000

/** The clock is announced while somebody waits for it, so it gives up after about ten seconds. */
const CLOCK_RETRY_MS = [100, 300, 1_000, 3_000, 5_000]

/** Five calls for one reference: two of the messages come twice, and they do not come in the order they were made. */
const DUPLICATES = [
  { message: 2, wait_ms: 0, lag_s: 1 },
  { message: 1, wait_ms: 15, lag_s: 2 },
  { message: 2, wait_ms: 30, lag_s: 1 },
  { message: 3, wait_ms: 60, lag_s: 0 },
  { message: 1, wait_ms: 120, lag_s: 2 }
]

const ONCE = [{ message: 1, wait_ms: 0, lag_s: 0 }]

export function createCallbacks({ world, secret, stopping }: CallbackDeps): Callbacks {
  const webhook = new Webhook(secret)
  const inFlight = new Set<string>()
  const inTurn = createTurns(16)

  const post = async (path: string, messageId: string, body: string, lag_s: number): Promise<boolean> => {
    const at = new Date(Date.now() - lag_s * 1_000)
    const headers = {
      'content-type': 'application/json',
      'webhook-id': messageId,
      'webhook-timestamp': Math.floor(at.getTime() / 1_000).toString(),
      'webhook-signature': webhook.sign(messageId, at, body)
    }
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(ANSWER_MS)])
    try {
      const url = `${world.callbackUrl}/v1/callbacks/${path}`
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
      await response.arrayBuffer()
      return response.ok
    } catch {
      return false
    }
  }

  /** Resolves after the first try; the further ones go on by themselves. */
  const deliver = async (delivery: Delivery): Promise<void> => {
    if (world.callbackUrl === undefined || inFlight.has(delivery.key)) return
    inFlight.add(delivery.key)
    await world.durable() // what the API is told about has to survive us
    const attempt = () => inTurn(() => post(delivery.to, delivery.message_id, delivery.body, delivery.lag_s))
    await pause(delivery.wait_ms, stopping)
    const answered = await attempt()
    void (answered ? Promise.resolve(true) : retry(RETRY_MS, attempt, stopping)).then((done) => {
      inFlight.delete(delivery.key)
      if (!stopping.aborted) world.record({ type: 'delivery_over', key: delivery.key, answered: done })
    })
  }

  const announce = async (to: Delivery['to'], reference: string, calls: typeof ONCE): Promise<void> => {
    const messageBase = `msg_${randomUUID()}`
    const deliveries = calls.map(({ message, wait_ms, lag_s }) => ({
      key: randomUUID(),
      message_id: `${messageBase}_${message}`,
      to,
      body: JSON.stringify({ reference }),
      wait_ms,
      lag_s
    }))
    for (const delivery of deliveries) world.record({ type: 'delivery_due', delivery })
    await Promise.all(deliveries.map(deliver))
  }

  return {
    report: (who, reference, times) =>
      announce(
        who === 'a' || who === 'b' ? `bank-${who}` : who,
        reference,
        (times > 1 ? DUPLICATES : ONCE).slice(0, times)
      ),
    tell: (who, reference) => announce(who, reference, ONCE),
    resume() {
      for (const delivery of world.deliveries.values()) void deliver(delivery)
    },
    async announceClock() {
      if (world.callbackUrl === undefined) return true
      const messageId = `msg_${randomUUID()}`
      const body = JSON.stringify({ offset_ms: world.offsetMs })
      const attempt = () => post('clock', messageId, body, 0)
      return (await attempt()) || retry(CLOCK_RETRY_MS, attempt, stopping)
    }
  }
}

const retry = async (waits: number[], attempt: () => Promise<boolean>, stopping: AbortSignal): Promise<boolean> => {
  for (const wait of waits) {
    await pause(wait, stopping)
    if (stopping.aborted) return false
    if (await attempt()) return true
  }
  return false
}

const pause = (ms: number, stopping: AbortSignal): Promise<void> =>
  ms === 0 ? Promise.resolve() : sleep(ms, undefined, { signal: stopping, ref: false }).catch(() => undefined)

/** At most so many at a time; thousands of reports can fall due in one moment. */
const createTurns = (limit: number) => {
  let free = limit
  const waiting: (() => void)[] = []
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
