import { callBack } from '../support/call-back.ts'
import { newCard } from '../support/card-payments.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

const DAY_MS = 86_400_000

/** One card is enough for all stories: only a few are linked in a day. */
async function cardOf(coffer: Coffer): Promise<string> {
  const { body } = await (await coffer.asCustomer('customer-a')).get('/v1/cards')
  const linked = (body['data'] as { id: string; state: string }[]).find(({ state }) => state === 'linked')
  return linked?.id ?? newCard(coffer)
}

async function topUp(coffer: Coffer, amount: number): Promise<string> {
  const { wallet_id } = coffer.customer('customer-a')
  const money = { amount: String(amount), currency: 'USD' }
  const order = { wallet_id, card_id: await cardOf(coffer), amount: money }
  return String((await coffer.service.post('/v1/top-ups', order)).body['id'])
}

/** Reads until the history has that type. */
const until = ({ service }: Coffer, id: string, type: string) =>
  service.until(`/v1/top-ups/${id}`, ({ timeline }) => JSON.stringify(timeline).includes(`"${type}"`))

async function writtenOff(coffer: Coffer): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'sale' }, outcome: 'error', booked: true })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const id = await topUp(coffer, 1_400)
  await until(coffer, id, 'top_up.sent')
  await coffer.advanceClock(DAY_MS)
  await until(coffer, id, 'top_up.stuck')
  const proof = { reason: 'the acquirer says no', proof: 'ticket 4711' }
  await coffer.finance.post(`/v1/top-ups/${id}/write-off`, proof)
  await coffer.sandbox.clearRules()
  return id
}

/** Top-ups by card, and what the acquirer has news of later. */
export const cardTopUpStories: readonly ReplayStory[] = [
  { name: 'top-up/by-card', state: 'succeeded', tell: (coffer) => topUp(coffer, 1_000) },
  { name: 'top-up/by-card-declined', state: 'declined', tell: (coffer) => topUp(coffer, 1_002) },
  { name: 'top-up/by-card-written-off', state: 'failed', tell: writtenOff },
  {
    name: 'late-bank-news/top-up-by-card-booked-after-all',
    state: 'failed',
    tell: async (coffer) => {
      const id = await writtenOff(coffer)
      await callBack(coffer, 'acquirer', id)
      await until(coffer, id, 'top_up.booked_late')
      return id
    }
  },
  {
    name: 'chargeback-notice/of-a-top-up',
    state: 'succeeded',
    tell: async (coffer) => {
      const id = await topUp(coffer, 2_000)
      await until(coffer, id, 'top_up.succeeded')
      await coffer.sandbox.admin('POST', '/chargebacks', { reference: id, reason: 'fraud' })
      await until(coffer, id, 'top_up.chargeback_received')
      return id
    }
  }
]
