import { newCard, payByCard } from '../support/card-payments.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

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
