import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { paymentActivities } from '../../activities/payment.ts'
import { currency } from '../../domain/currencies.ts'
import { defaultPolicy, paymentPolicy } from '../../domain/policy/index.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import { recordWriters } from '../../store/record-writers.ts'
import { client, type Answered, type Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { openEngine, type Engine } from '../support/engine.ts'
import { fundFromCapital } from '../support/fund.ts'
import { insist } from '../support/insist.ts'
import { isRequestNoticed, untilRequestNoticed } from '../support/payment-requests.ts'
import { balances, expectEverythingSettled } from '../support/settled.ts'

const HOUR_MS = 3_600_000
const RACE_MS_MAX = 120_000
const masterKey = randomBytes(32)
const logins = ['customer-a', 'customer-b', 'bench'] as const
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

let coffer: Coffer
let engine: Engine
/** The service, by one of two API processes that share nothing but Postgres and Temporal. */
let services: Client[]
beforeAll(async () => {
  coffer = await startCoffer({ apis: 2, masterKey })
  engine = openEngine(coffer, masterKey)
  services = coffer.apis.map((api) => client(() => api.url, coffer.seeded.keys.service))
  for (const login of logins) await fundFromCapital(coffer, login, 100_000n)
}, RACE_MS_MAX)
afterEach(() => expectEverythingSettled(coffer), RACE_MS_MAX)
afterAll(async () => {
  await engine?.close()
  await coffer?.stop()
})

const asked = async (body: object): Promise<string> =>
  String((await insist(() => coffer.merchant.post('/v1/payment-requests', body))).body['id'])
const pay = (id: string, n: number, more: object = {}): Promise<Answered> => {
  const { wallet_id } = coffer.customer(logins[n % logins.length]!)
  const key = randomUUID()
  const order = { wallet_id, payment_request_id: id, ...more }
  return insist(() => services[n % 2]!.post('/v1/payments', order, key), RACE_MS_MAX)
}
const cancel = (id: string) => {
  const key = randomUUID()
  return insist(() => coffer.merchant.post(`/v1/payment-requests/${id}/cancel`, {}, key), RACE_MS_MAX)
}
/** What became of a payment: `succeeded`, or the code it was refused or declined with. */
const endOf = ({ body }: Answered) => String(body['decline_code'] ?? body['code'] ?? body['state'])
const over = (id: string) =>
  coffer.merchant.until(`/v1/payment-requests/${id}`, ({ state }) => state !== 'open').then(({ body }) => body)

describe('Fifty payments at once of one payment request, from three wallets by two APIs', () => {
  it(
    'move its amount exactly once; all others are told that it was paid',
    async () => {
      const id = await asked({ amount: usd(1_000) })
      const before = await balances(coffer)
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => pay(id, n)))
      const ends = answers.map(endOf).sort()
      expect(ends).toEqual([...Array<string>(49).fill('payment_request_paid'), 'succeeded'])
      const after = await balances(coffer)
      expect([before.wallet - after.wallet, after.merchant - before.merchant]).toEqual([1_000n, 984n])
      const winner = answers.find((answered) => endOf(answered) === 'succeeded')!
      expect(await over(id)).toMatchObject({ state: 'paid', payment_id: winner.body['id'], amount_paid: usd(1_000) })
      await untilRequestNoticed(coffer, id)
    },
    RACE_MS_MAX
  )

  it(
    'that were all decided while it was open: the lock lets one through, the others are declined',
    async () => {
      const id = await asked({ amount: usd(100) })
      const ledger = gathering(50)
      const ends = await Promise.all(Array.from({ length: 50 }, () => payWithoutTelling(id, ledger)))
      expect(ends.sort()).toEqual([...Array<string>(49).fill('payment_request_paid'), 'succeeded'])
      await coffer.sweepUntil(() => isRequestNoticed(coffer, id))
    },
    RACE_MS_MAX
  )

  it(
    'that may be paid many times all succeed, and each is counted once',
    async () => {
      const id = await asked({ currency: 'USD', multi_use: true })
      const before = await balances(coffer)
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => pay(id, n, { amount: usd(100 + n) })))
      expect(answers.map(endOf)).toEqual(Array<string>(50).fill('succeeded'))
      const total = 50 * 100 + (50 * 49) / 2
      expect(Number(before.wallet - (await balances(coffer)).wallet)).toBe(total)
      const { body } = await coffer.merchant.get(`/v1/payment-requests/${id}`)
      expect(body).toMatchObject({ state: 'open', times_paid: 50, amount_paid: usd(total) })
      expect((await cancel(id)).body).toMatchObject({ state: 'canceled', times_paid: 50, amount_paid: usd(total) })
    },
    RACE_MS_MAX
  )
})

describe('What excludes each other, asked for at the same moment', () => {
  it(
    'paying and canceling: exactly one of them is what happened',
    async () => {
      for (let round = 0; round < 8; round++) {
        const id = await asked({ amount: usd(100) })
        const [paid, canceled] = await Promise.all([pay(id, round), cancel(id)])
        const { state } = await over(id)
        expect([state, endOf(paid), canceled.status]).toEqual(
          state === 'paid' ? ['paid', 'succeeded', 409] : ['canceled', 'payment_request_canceled', 200]
        )
        if (state === 'paid') await untilRequestNoticed(coffer, id)
      }
    },
    RACE_MS_MAX
  )

  it(
    'paying and the end of its time: exactly one of them is what happened',
    async () => {
      for (let round = 0; round < 8; round++) {
        const id = await asked({ amount: usd(100), expires_in_ms: HOUR_MS })
        const [paid] = await Promise.all([pay(id, round), coffer.advanceClock(HOUR_MS)])
        const { state } = await over(id)
        expect([state, endOf(paid)]).toEqual(
          state === 'paid' ? ['paid', 'succeeded'] : ['expired', 'payment_request_expired']
        )
        if (state === 'paid') await untilRequestNoticed(coffer, id)
      }
    },
    RACE_MS_MAX
  )

  it.each(['canceled', 'expired'] as const)(
    'many payments of one for many and its being %s: what it says was paid is what was paid',
    async (end) => {
      const id = await asked({ currency: 'USD', multi_use: true, expires_in_ms: HOUR_MS })
      const paying = Array.from({ length: 12 }, (_, n) => pay(id, n, { amount: usd(10) }))
      await (end === 'canceled' ? cancel(id) : coffer.advanceClock(HOUR_MS))
      const told = await over(id)
      const ends = (await Promise.all(paying)).map(endOf)
      const times = ends.filter((each) => each === 'succeeded').length
      expect(ends.filter((each) => each !== 'succeeded' && each !== `payment_request_${end}`)).toEqual([])
      // Read at its end, while late payments were still on their way: none of them came through.
      expect(told).toMatchObject({ state: end, times_paid: times, amount_paid: usd(times * 10) })
    },
    RACE_MS_MAX
  )
})

describe('The run of a payment request', () => {
  it(
    'that nobody told of its payment is told by the sweeper',
    async () => {
      const id = await asked({ amount: usd(100) })
      await payWithoutTelling(id)
      expect(await over(id)).toMatchObject({ state: 'paid' })
      expect(await isRequestNoticed(coffer, id)).toBe(false)
      await coffer.sweepUntil(() => isRequestNoticed(coffer, id))
      expect(await engine.run(`payment-request/${id}`).result()).toMatchObject({ state: 'paid' })
    },
    RACE_MS_MAX
  )

  it(
    'that Temporal has lost is started again from its record, or let go where it is paid',
    async () => {
      const [open, paid] = [await asked({ amount: usd(100) }), await asked({ amount: usd(100) })]
      await coffer.forgetRun(`payment-request/${open}`)
      await coffer.forgetRun(`payment-request/${paid}`)
      expect(endOf(await pay(paid, 0))).toBe('succeeded')
      await coffer.sweepUntil(() => isRequestNoticed(coffer, paid))
      await coffer.sweepUntil(() =>
        engine
          .run(`payment-request/${open}`)
          .describe()
          .then(
            () => true,
            () => false
          )
      )
      expect((await cancel(open)).body).toMatchObject({ state: 'canceled' })
    },
    RACE_MS_MAX
  )
})

/** What workers do whose word to Temporal is lost. */
async function payWithoutTelling(requestId: string, ledger: Pick<PostingQueue, 'post'> = newLedger()): Promise<string> {
  const { db } = coffer
  const runs = { nudge: () => Promise.resolve() }
  const steps = paymentActivities({ db, ledger, crash: () => undefined, runs })
  const id = `pay_${randomBytes(16).toString('hex')}`
  const order = {
    wallet_id: coffer.customer('bench').wallet_id,
    merchant_id: coffer.seeded.seed.merchant_id,
    payment_request_id: requestId,
    amount: { amount: '100', currency: currency('USD') },
    capture: 'automatic',
    metadata: {}
  } as const
  const said = { fingerprint: id, actor: 'service:tests', requestId: randomUUID() }
  const { state, decline_code } = await steps.authorizePayment({
    id,
    order,
    policy: paymentPolicy(defaultPolicy),
    ...said
  })
  return decline_code ?? state
}

const newLedger = () => new PostingQueue({ pool: coffer.pool, writers: recordWriters })

/** Lets units through only when so many are there: each of them was built on the same record. */
function gathering(count: number): Pick<PostingQueue, 'post'> {
  const ledger = newLedger()
  let arrived = 0
  let open = () => {}
  const all = new Promise<void>((resolve) => (open = resolve))
  return {
    post: async (unit) => {
      if (++arrived === count) open()
      await all
      return ledger.post(unit)
    }
  }
}
