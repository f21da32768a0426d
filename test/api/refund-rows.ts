import { newId } from './api-under-test.ts'
import type { Row } from './matrix-world.ts'

const customers = (status: number) => ({ 'customer own': status, 'customer other': status })
const merchants = (status: number) => ({ 'merchant own': status, 'merchant other': status })
const proof = { reason: 'the bank says no', proof: 'a letter' }
const one = (verb: string) => () => `/refunds/${newId('ref')}/${verb}`

/** Nobody has the refund, so that nobody gets as far as the engine. */
export const refundRows: Readonly<Record<string, Row>> = {
  'post /refunds': {
    path: '/refunds',
    // More than there is of it, and nobody else's than the merchant's.
    body: ({ paymentId }) => ({ payment_id: paymentId, amount: { amount: '101', currency: 'USD' } }),
    allowed: { service: 409, 'merchant own': 409, 'merchant other': 404 }
  },
  // Without saying whose, only customers and merchants get a list.
  'get /refunds': {
    path: '/refunds',
    allowed: { ...customers(200), ...merchants(200), service: 400, support: 400, reviewer: 400, finance: 400 }
  },
  'get /refunds/{id}': {
    path: () => `/refunds/${newId('ref')}`,
    allowed: { ...customers(404), ...merchants(404), service: 404, support: 404, reviewer: 404, finance: 404 }
  },
  'post /refunds/{id}/cancel': { path: one('cancel'), allowed: { ...merchants(404), service: 404, finance: 404 } },
  'post /refunds/{id}/reject': { path: one('reject'), body: { reason: 'gone' }, allowed: { finance: 404 } },
  'post /refunds/{id}/retry': { path: one('retry'), allowed: { finance: 404 } },
  'post /refunds/{id}/write-off': { path: one('write-off'), body: proof, allowed: { finance: 404 } },
  'post /refunds/{id}/resolve': {
    path: one('resolve'),
    body: { ...proof, outcome: 'booked' },
    allowed: { finance: 404 }
  }
}
