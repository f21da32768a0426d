import { waitUntil } from '../../local/wait-until.ts'
import type { Coffer } from '../support/coffer.ts'
import { insist } from '../support/insist.ts'
import { untilRequestNoticed } from '../support/payment-requests.ts'
import type { CrashStory } from './crash-stories.ts'

const DAY_MS = 86_400_000

const ask = ({ merchant }: Coffer, key?: string) =>
  insist(() => merchant.post('/v1/payment-requests', { amount: { amount: '1000', currency: 'USD' } }, key))
const asked = async (coffer: Coffer) => String((await ask(coffer)).body['id'])
const cancel = ({ merchant }: Coffer, id: string, key?: string) =>
  insist(() => merchant.post(`/v1/payment-requests/${id}/cancel`, {}, key))

const ofRequest = { path: '/v1/payment-requests', paid: 0, earned: 0 } as const

export const paymentRequestCrashStories: Readonly<Record<string, CrashStory>> = {
  'payment-request.open': {
    ...ofRequest,
    drive: ask,
    status: 201,
    answers: 'open',
    ends: 'open',
    history: ['payment_request.open'],
    passes: ['payment-request.cancel'],
    tidyUp: cancel
  },
  'payment-request.cancel': {
    ...ofRequest,
    prepare: asked,
    drive: (coffer, key, id) => cancel(coffer, id, key),
    status: 200,
    answers: 'canceled',
    ends: 'canceled',
    history: ['payment_request.open', 'payment_request.canceled']
  },
  'payment-request.expire': {
    ...ofRequest,
    prepare: asked,
    drive: async (coffer, _key, id) => {
      await coffer.advanceClock(2 * DAY_MS)
      const read = () => coffer.service.get(`/v1/payment-requests/${id}`)
      // As long as it takes another worker to start, on a machine that does much else.
      await waitUntil(async () => (await read()).body['state'] !== 'open', {
        limitMs: 60_000,
        otherwise: `${id} stayed open`
      })
      return read()
    },
    status: 200,
    answers: 'expired',
    ends: 'expired',
    history: ['payment_request.open', 'payment_request.expired']
  },
  'payment-request.paid': {
    prepare: asked,
    drive: ({ service, customer }, key, id) =>
      insist(() =>
        service.post('/v1/payments', { wallet_id: customer('customer-a').wallet_id, payment_request_id: id }, key)
      ),
    status: 201,
    answers: 'succeeded',
    ends: 'succeeded',
    path: '/v1/payments',
    history: ['payment.processing', 'payment.succeeded'],
    passes: ['payment.authorize'],
    tidyUp: async (coffer, id) => {
      const { body } = await coffer.service.get(`/v1/payments/${id}`)
      await untilRequestNoticed(coffer, String(body['payment_request_id']))
    },
    // 60 bp of 10.00 and 0.10.
    paid: 1_000,
    earned: 984
  }
}
