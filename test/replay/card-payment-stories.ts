import { capture, holdByCard, newCard, payByCard, untilCaptured } from '../support/card-payments.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

const DAY_MS = 86_400_000

/** One card is enough for all stories: only a few are linked in a day. */
async function cardOf(coffer: Coffer): Promise<string> {
  const { body } = await (await coffer.asCustomer('customer-a')).get('/v1/cards')
  const linked = (body['data'] as { id: string; state: string }[]).find(({ state }) => state === 'linked')
  return linked?.id ?? newCard(coffer)
}

const pay = async (coffer: Coffer, amount: number) =>
  String((await payByCard(coffer, await cardOf(coffer), amount)).body['id'])

/** Reads until the history has that type. */
const until = ({ service }: Coffer, id: string, type: string) =>
  service.until(`/v1/payments/${id}`, ({ timeline }) => JSON.stringify(timeline).includes(`"${type}"`))

const hold = async (coffer: Coffer) => holdByCard(coffer, await cardOf(coffer), 1_000)

export const cardPaymentStories: readonly ReplayStory[] = [
  { name: 'payment/by-card', state: 'succeeded', tell: (coffer) => pay(coffer, 1_000) },
  { name: 'payment/by-card-declined', state: 'declined', tell: (coffer) => pay(coffer, 1_002) },
  {
    name: 'payment/by-card-found-out-by-inquiry',
    state: 'succeeded',
    tell: async (coffer) => {
      const id = await pay(coffer, 1_003)
      await until(coffer, id, 'payment.sent')
      await coffer.advanceClock(60_000)
      return id
    }
  },
  {
    name: 'payment/by-card-captured-in-parts',
    state: 'succeeded',
    tell: async (coffer) => {
      const id = await hold(coffer)
      for (const amount of [300, undefined]) {
        await capture(coffer, id, amount)
        await untilCaptured(coffer, id)
      }
      return id
    }
  },
  {
    name: 'payment/by-card-capture-declined-then-void',
    state: 'canceled',
    tell: async (coffer) => {
      const id = await hold(coffer)
      await capture(coffer, id, 402)
      await untilCaptured(coffer, id)
      await coffer.merchant.post(`/v1/payments/${id}/void`)
      return id
    }
  },
  {
    name: 'payment/by-card-capture-found-out-then-run-out',
    state: 'succeeded',
    tell: async (coffer) => {
      const id = await hold(coffer)
      await capture(coffer, id, 403)
      await until(coffer, id, 'payment.capture_sent')
      await coffer.advanceClock(60_000)
      await untilCaptured(coffer, id)
      await coffer.advanceClock(8 * DAY_MS)
      return id
    }
  },
  {
    name: 'payment/by-card-hold-run-out',
    state: 'expired',
    tell: async (coffer) => {
      const id = await hold(coffer)
      await coffer.advanceClock(8 * DAY_MS)
      return id
    }
  },
  {
    name: 'payment/by-card-hold-written-off',
    state: 'failed',
    tell: async (coffer) => {
      await coffer.sandbox.addRule({ match: { operation: 'authorize' }, outcome: 'error', booked: true })
      await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
      const { body } = await payByCard(coffer, await cardOf(coffer), 1_400, { capture: 'manual' })
      const id = String(body['id'])
      await until(coffer, id, 'payment.sent')
      await coffer.advanceClock(DAY_MS)
      await until(coffer, id, 'payment.stuck')
      await coffer.finance.post(`/v1/payments/${id}/write-off`, {
        reason: 'the acquirer says no',
        proof: 'ticket 4711'
      })
      await coffer.sandbox.clearRules()
      return id
    }
  },
  {
    name: 'chargeback-notice/recorded',
    state: 'succeeded',
    tell: async (coffer) => {
      const id = await pay(coffer, 2_000)
      await until(coffer, id, 'payment.succeeded')
      await coffer.sandbox.admin('POST', '/chargebacks', { reference: id, reason: 'fraud' })
      await until(coffer, id, 'payment.chargeback_received')
      return id
    }
  }
]
