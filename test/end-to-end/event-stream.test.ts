import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { waitUntil } from '../../local/wait-until.ts'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { readEvents, type EventReader, type ReadEvent } from '../support/event-reader.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { onePayment, twenty } from './twenty.ts'

const FAULT_MS_MAX = 180_000

/** Twenty at once are more than one customer pays in ten minutes. */
const policy = { risk: { payment_velocity: { max: 1_000_000 } } }

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy })
  await coffer.fund('customer-a', 500_000)
}, FAULT_MS_MAX)
afterAll(() => coffer?.stop())

/** Who reads the stream and comes back whenever it is cut, as a client of the field does. */
interface Follower {
  readonly events: readonly ReadEvent[]
  /** How often it had to come back. */
  readonly returns: number
  stop(): Promise<void>
}

/** @param cursor where it begins, for ever: after the first event `Last-Event-ID` goes before it. */
async function follow(token: string, cursor: string): Promise<Follower> {
  const events: ReadEvent[] = []
  let returns = 0
  let stopped = false
  let reader: EventReader | undefined
  let lastEventId: string | undefined
  const connect = async () => {
    const opened = await readEvents(coffer.api.url, `Bearer ${token}`, { query: { cursor }, lastEventId })
    if (opened.status !== 200) throw new Error(`the stream answered ${opened.status}`)
    return opened
  }
  const readOn = async (first: EventReader) => {
    reader = first
    for (;;) {
      await reader.ended
      events.push(...reader.events)
      lastEventId = reader.lastId
      if (stopped) return
      returns += 1
      // While the API is away nothing answers.
      await waitUntil(
        async () => {
          reader = await connect().catch(() => undefined)
          return reader !== undefined
        },
        { limitMs: FAULT_MS_MAX, otherwise: 'the stream could not be opened again' }
      )
    }
  }
  const reading = readOn(await connect())
  return {
    get events() {
      return [...events, ...(reader?.events ?? [])]
    },
    get returns() {
      return returns
    },
    stop: async () => {
      stopped = true
      reader?.close()
      await reading
    }
  }
}

/** All events after a cursor, from the list. */
async function listAll(client: Client, from: string): Promise<ReadEvent[]> {
  const all: ReadEvent[] = []
  for (let cursor = from; ;) {
    const { body } = await client.get(`/v1/events?limit=100&cursor=${cursor}`)
    const page = body as unknown as { data: ReadEvent[]; next_cursor: string; has_more: boolean }
    all.push(...page.data)
    if (!page.has_more) return all
    cursor = page.next_cursor
  }
}

/** In the order in which each came first. */
const once = (events: readonly ReadEvent[]): string[] => [...new Set(events.map(({ id }) => id))]

async function tokenOf(login: 'customer-a' | 'customer-b'): Promise<string> {
  const { email, password } = coffer.customer(login)
  const { body } = await coffer.as('').post('/v1/sessions', { login: email, password }, null)
  return String(body['access_token'])
}

const cursorOf = async () => String((await coffer.service.get('/v1/events?limit=1')).body['next_cursor'])

describe('Readers of the stream', () => {
  it(
    'get every event that is theirs, in order, while payments run and the API is killed (SIGKILL) and started again',
    async () => {
      const { keys } = coffer.seeded
      const cursor = await cursorOf()
      const tokens = [keys.service, keys.merchant, await tokenOf('customer-a'), await tokenOf('customer-b')]
      const followers = await Promise.all(tokens.map((token) => follow(token, cursor)))
      const { answers } = await twenty(onePayment(coffer), async () => {
        await coffer.api.kill9()
        await coffer.api.start()
      })
      expect(answers.map(({ body }) => body['state'] ?? body)).toEqual(answers.map(() => 'succeeded'))
      for (const [index, follower] of followers.entries()) {
        const all = (await listAll(coffer.as(tokens[index]!), cursor)).map(({ id }) => id)
        await waitUntil(() => once(follower.events).length >= all.length, {
          limitMs: 30_000,
          otherwise: `reader ${index} had ${once(follower.events).length} of ${all.length} events`
        })
        expect(once(follower.events)).toEqual(all)
        expect(follower.returns).toBeGreaterThan(0)
        await follower.stop()
      }
      const [service, merchant, customer, other] = followers
      const paid = customer!.events.filter(({ type }) => type.startsWith('payment.'))
      expect(service!.events.length).toBeGreaterThan(40)
      expect(once(merchant!.events)).toEqual(once(paid))
      expect(other!.events).toEqual([])
      await expectEverythingSettled(coffer)
    },
    FAULT_MS_MAX
  )

  it(
    'are let go by an API that is told to stop, which does not wait for them',
    async () => {
      const reader = await readEvents(coffer.api.url, `Bearer ${coffer.seeded.keys.service}`)
      await coffer.api.stop()
      await reader.ended
      // It would have been cut off once the patience with slow requests was over.
      expect([reader.cut, coffer.api.endedBy]).toEqual([false, 0])
      await coffer.api.start()
    },
    FAULT_MS_MAX
  )
})
