import { randomUUID } from 'node:crypto'
import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { eachAtMost, insist } from '../support/insist.ts'

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

export interface Twenty {
  /** The last answer to each of them. */
  readonly answers: readonly Answered[]
  /** Milliseconds from the moment the fault struck until the next process was finished. */
  readonly recoveredMs: number
}

/** How many are through when the fault strikes, and how many are on their way at that moment. */
const STRIKES_AFTER = 5
const AT_ONCE = 6

/**
 * Twenty processes by clients that do not give up, a few at once; in their middle the fault strikes, and is mended, while
 * those that are on their way go on as well as they can.
 */
export async function twenty(one: (index: number) => Promise<Answered>, fault: () => Promise<void>): Promise<Twenty> {
  let finished = 0
  let struckAt = 0
  let recoveredMs = 0
  let striking: Promise<void> = Promise.resolve()
  const answers = await eachAtMost(
    AT_ONCE,
    Array.from({ length: 20 }, (_, index) => index),
    async (index) => {
      const answered = await one(index)
      finished += 1
      if (finished === STRIKES_AFTER) {
        struckAt = performance.now()
        striking = fault()
      } else if (struckAt > 0 && recoveredMs === 0) recoveredMs = performance.now() - struckAt
      return answered
    }
  )
  await striking
  return { answers, recoveredMs }
}

/** A payment; every other one is held, captured in part, and captured to the end. Each request has one key for ever. */
export const onePayment =
  (coffer: Coffer) =>
  async (index: number): Promise<Answered> => {
    const { service, merchant, customer, seeded } = coffer
    const ask = (client: typeof service, path: string, body: object) => {
      const key = randomUUID()
      return insist(() => client.post(path, body, key))
    }
    const { wallet_id } = customer('customer-a')
    const order = { wallet_id, merchant_id: seeded.seed.merchant_id, amount: usd(amountOf(index)) }
    if (index % 2 === 0) return ask(service, '/v1/payments', order)
    const held = await ask(service, '/v1/payments', { ...order, capture: 'manual' })
    const path = `/v1/payments/${String(held.body['id'])}/capture`
    await ask(merchant, path, { amount: usd(100) })
    return ask(merchant, path, {})
  }

/** Minor units, none of them twice, so that a payment that is lost or doubled changes the sum. */
export const amountOf = (index: number): number => 1_000 + 2 ** (index % 10) + (index < 10 ? 0 : 3)

export const allAmounts = Array.from({ length: 20 }, (_, index) => amountOf(index)).reduce((sum, each) => sum + each, 0)
