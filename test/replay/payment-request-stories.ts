import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

const DAY_MS = 86_400_000
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

const idOf = ({ status, body }: Answered): string => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

const ask = async ({ merchant }: Coffer, body: object) => idOf(await merchant.post('/v1/payment-requests', body))

const pay = async ({ service, customer }: Coffer, id: string, more: object = {}) => {
  const { wallet_id } = customer('customer-a')
  idOf(await service.post('/v1/payments', { wallet_id, payment_request_id: id, ...more }))
}

export const paymentRequestStories: readonly ReplayStory[] = [
  {
    name: 'payment-request/paid',
    state: 'paid',
    tell: async (coffer) => {
      const id = await ask(coffer, { amount: usd(1_000) })
      await pay(coffer, id)
      return id
    }
  },
  {
    name: 'payment-request/paid-many-times-and-canceled',
    state: 'canceled',
    tell: async (coffer) => {
      const id = await ask(coffer, { currency: 'USD', multi_use: true })
      for (const amount of [100, 200]) await pay(coffer, id, { amount: usd(amount) })
      idOf(await coffer.merchant.post(`/v1/payment-requests/${id}/cancel`))
      return id
    }
  },
  {
    name: 'payment-request/run-out',
    state: 'expired',
    tell: async (coffer) => {
      const id = await ask(coffer, { amount: usd(1_000) })
      await coffer.advanceClock(DAY_MS)
      return id
    }
  }
]
