import { newId } from './api-under-test.ts'
import type { Row, World } from './matrix-world.ts'
import { createTill } from './parties.ts'

const requestId = ({ api, merchantId }: World) => createTill(api).request(merchantId)

const pictureReaders = { 'merchant own': 200, 'merchant other': 404, service: 200, support: 200 }
/** Nobody has the thing: what starts or ends it needs the engine, which is not there. */
const askers = { 'merchant own': 404, 'merchant other': 404, service: 404 }

/** Who may ask for money, and see what was asked. */
export const paymentRequestRows: Readonly<Record<string, Row>> = {
  'post /payment-requests': {
    path: '/payment-requests',
    body: () => ({ merchant_id: newId('mer'), currency: 'USD' }),
    allowed: askers
  },
  'get /payment-requests': {
    path: '/payment-requests',
    allowed: { 'merchant own': 200, 'merchant other': 200, service: 400, support: 400, reviewer: 400, finance: 400 }
  },
  'get /payment-requests/{id}': {
    path: async (world) => `/payment-requests/${await requestId(world)}`,
    allowed: {
      ...pictureReaders,
      // Whoever has the id may pay it.
      'customer own': 200,
      'customer other': 200,
      reviewer: 200,
      finance: 200
    }
  },
  'get /payment-requests/{id}.png': {
    path: async (world) => `/payment-requests/${await requestId(world)}.png`,
    allowed: pictureReaders
  },
  'get /payment-requests/{id}.svg': {
    path: async (world) => `/payment-requests/${await requestId(world)}.svg`,
    allowed: pictureReaders
  },
  'post /payment-requests/{id}/cancel': {
    path: () => `/payment-requests/${newId('prq')}/cancel`,
    allowed: askers
  }
}
