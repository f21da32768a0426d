import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomInt, randomUUID } from 'node:crypto'
import { client, type Answered, type Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { eachAtMost, insist } from '../support/insist.ts'
import { balances, expectEverythingSettled } from '../support/settled.ts'

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const RACE_MS_MAX = 240_000

/** 200 keys × 16 in `npm test`; a long run takes more keys. */
const KEYS = Number(process.env['RACE_KEYS'] ?? 200)
const PARALLEL = 16
/** More than both APIs together let in at once, so that requests wait for each other in all of our queues. */
const AT_ONCE = 96

let coffer: Coffer
/** The service, by one of two API processes that share nothing but Postgres and Temporal. */
let services: Client[]
beforeAll(async () => {
  // One customer pays in seconds what others pay in a year.
  const policy = { risk: { payment_velocity: { max: 1_000_000 } } }
  coffer = await startCoffer({ apis: 2, bankBDelayMs: 50, policy })
  services = coffer.apis.map((api) => client(() => api.url, coffer.seeded.keys.service))
  await startOfDay()
  await Promise.all([
    coffer.fund('customer-a', 2_000_000),
    coffer.fund('customer-b', 200_000),
    coffer.fund('bench', 100_000)
  ])
}, RACE_MS_MAX)
// Every race ends with the oracles.
afterEach(() => expectEverythingSettled(coffer), RACE_MS_MAX)
afterAll(() => coffer?.stop())

describe('Sixteen requests at once under each of many keys, a fifth of them with another body', () => {
  it(
    'have one effect and one answer a key, and every other body is refused',
    async () => {
      const seed = randomInt(2 ** 31)
      console.log(`${KEYS} keys × ${PARALLEL}, seed ${seed}`)
      const random = pseudoRandom(seed)
      const before = await balances(coffer)
      const keys = Array.from({ length: KEYS }, (_, index) => ({ key: randomUUID(), amount: 100 + index }))
      const requests = shuffled(
        keys.flatMap(({ key, amount }): { key: string; amount: number; mutated: boolean }[] =>
          Array.from({ length: PARALLEL }, (_, n) => ({ key, amount, mutated: n > 0 && random() < 0.2 }))
        ),
        random
      )
      const given = await eachAtMost(AT_ONCE, requests, async (request, index) => {
        const order = orderOf('customer-a', request.mutated ? request.amount + 1_000 : request.amount)
        const path = services[index % 2]!
        return { ...request, ...(await insist(() => path.post('/v1/payments', order, request.key), RACE_MS_MAX)) }
      })

      let paid = 0
      for (const { key } of keys) {
        const answers = given.filter((answer) => answer.key === key)
        const accepted = answers.filter(({ status }) => status === 201)
        // Whoever came first has decided which of the two bodies the key stands for.
        const first = accepted[0]!
        paid += Number((first.body['amount'] as { amount: string }).amount)
        for (const { status, body, mutated } of answers) {
          if (mutated === first.mutated) expect({ key, status, body }).toEqual({ key, status: 201, body: first.body })
          else expect({ key, status, code: body['code'] }).toEqual({ key, status: 422, code: 'idempotency_key_reused' })
        }
        const notReplayed = accepted.filter(({ headers }) => headers.get('idempotent-replayed') === null)
        expect(notReplayed.length).toBeLessThanOrEqual(1)
      }
      const after = await balances(coffer)
      expect(Number(before.wallet - after.wallet)).toBe(paid)
    },
    RACE_MS_MAX
  )
})

describe('Sixty-four clients who drain one wallet', () => {
  it(
    'get out of it exactly what was in it, and not a cent more',
    async () => {
      const wallet = await available('bench')
      const spent = await eachAtMost(
        64,
        Array.from({ length: 64 }, (_, index) => index),
        (index) => spendUntilEmpty(services[index % 2]!)
      )
      expect(spent.reduce((sum, each) => sum + each, 0)).toBe(wallet)
      expect(await available('bench')).toBe(0)
    },
    RACE_MS_MAX
  )
})

describe('What excludes each other, asked for at the same moment', () => {
  it(
    'capture, void and the end of the hold: exactly one of them gets the money',
    async () => {
      for (let round = 0; round < 5; round++) {
        const id = await made(1_000, { capture: 'manual' })
        const [captured, voided] = await Promise.all([
          ask(coffer.merchant, `/v1/payments/${id}/capture`),
          ask(coffer.service, `/v1/payments/${id}/void`),
          coffer.advanceClock(8 * DAY_MS)
        ])
        const { body } = await overAt(id)
        const end = String(body['state'])
        expect(['succeeded', 'canceled', 'expired']).toContain(end)
        expect({ end, status: captured.status }).toEqual({ end, status: end === 'succeeded' ? 200 : 409 })
        expect({ end, status: voided.status }).toEqual({ end, status: end === 'canceled' ? 200 : 409 })
        expect(body['captured']).toEqual(usd(end === 'succeeded' ? 1_000 : 0))
      }
    },
    RACE_MS_MAX
  )

  it(
    'confirm, cancel and the end of its time: exactly one of them is what happened',
    async () => {
      const customer = await coffer.asCustomer('customer-a')
      const { pin } = coffer.customer('customer-a')
      for (let round = 0; round < 5; round++) {
        await startOfDay()
        const id = await made(50_000)
        const [confirmed, canceled] = await Promise.all([
          ask(customer, `/v1/payments/${id}/confirm`, { pin }),
          ask(coffer.service, `/v1/payments/${id}/cancel`),
          coffer.advanceClock(HOUR_MS)
        ])
        const end = String((await overAt(id)).body['state'])
        expect(['succeeded', 'canceled', 'expired']).toContain(end)
        expect({ end, status: confirmed.status }).toEqual({ end, status: end === 'succeeded' ? 200 : 409 })
        expect({ end, status: canceled.status }).toEqual({ end, status: end === 'canceled' ? 200 : 409 })
      }
    },
    RACE_MS_MAX
  )

  it(
    'fifty captures of 30 out of 1000: thirty-three are booked, the others find too little left',
    async () => {
      const id = await made(1_000, { capture: 'manual' })
      const path = `/v1/payments/${id}/capture`
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => ask(coffer.merchant, path, { amount: usd(30) }))
      )
      const refused = answers.filter(({ status }) => status !== 200)
      expect(refused.map(({ status, body }) => [status, body['code']])).toEqual(
        Array.from({ length: 17 }, () => [409, 'amount_exceeds_hold'])
      )
      const rest = await ask(coffer.merchant, path)
      // 60 bp of 10.00 and 0.10, over however many parts.
      expect(rest.body).toMatchObject({ state: 'succeeded', captured: usd(1_000), fee: usd(16) })
    },
    RACE_MS_MAX
  )

  it(
    'ten payments that fit the limit of a day one by one, but not together: as many as fit',
    async () => {
      await startOfDay()
      const customer = await coffer.asCustomer('customer-b')
      const { pin } = coffer.customer('customer-b')
      // Tier 1: 500.00 a payment, 1,000.00 a day.
      const pay = async (index: number) => {
        const first = await ask(services[index % 2]!, '/v1/payments', orderOf('customer-b', 30_000))
        if (first.body['state'] === 'declined') return first
        const { status } = await ask(customer, `/v1/payments/${String(first.body['id'])}/confirm`, { pin })
        expect([200, 409]).toContain(status)
        return overAt(String(first.body['id']))
      }
      const ends = await Promise.all(Array.from({ length: 10 }, (_, index) => pay(index)))
      const summary = ends.map(({ body }) => body['decline_code'] ?? body['state']).sort()
      expect(summary).toEqual([...Array<string>(7).fill('limit_exceeded'), ...Array<string>(3).fill('succeeded')])
    },
    RACE_MS_MAX
  )
})

/** Noon of the customers' next day: what is counted by the day must not pass midnight in the middle of a race. */
async function startOfDay(): Promise<void> {
  const { rows } = await coffer.pool.query<{ ms: number }>(
    `select (extract(epoch from (date_trunc('day', business_now() at time zone 'Europe/Berlin') + interval '36 hours')
       at time zone 'Europe/Berlin' - business_now()) * 1000)::integer as ms`
  )
  await coffer.advanceClock(rows[0]!.ms)
}

const orderOf = (login: 'customer-a' | 'customer-b' | 'bench', amount: number, more: object = {}) => ({
  wallet_id: coffer.customer(login).wallet_id,
  merchant_id: coffer.seeded.seed.merchant_id,
  amount: usd(amount),
  ...more
})

const ask = (by: Client, path: string, body: object = {}, key: string = randomUUID()): Promise<Answered> =>
  insist(() => by.post(path, body, key), RACE_MS_MAX)

const made = async (amount: number, more: object = {}) =>
  String((await ask(coffer.service, '/v1/payments', orderOf('customer-a', amount, more))).body['id'])

const overAt = (id: string) =>
  coffer.service.until(
    `/v1/payments/${id}`,
    ({ state }) => !['requires_action', 'requires_capture'].includes(String(state))
  )

async function available(login: 'bench'): Promise<number> {
  const { body } = await coffer.service.get(`/v1/wallets/${coffer.customer(login).wallet_id}`)
  return Number((body['available'] as { amount: string }).amount)
}

/** Pays 30.00 as long as there is enough, then less and less, down to one cent; answers what was paid. */
async function spendUntilEmpty(by: Client): Promise<number> {
  let spent = 0
  for (const amount of [3_000, 300, 30, 3, 1]) {
    for (;;) {
      const { body } = await ask(by, '/v1/payments', orderOf('bench', amount))
      if (body['state'] !== 'succeeded') {
        expect(body).toMatchObject({ state: 'declined', decline_code: 'insufficient_funds' })
        break
      }
      spent += amount
    }
  }
  return spent
}

/** Of a seed (mulberry32), so that a run can be repeated. */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const mixed = [...items]
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!]
  }
  return mixed
}
