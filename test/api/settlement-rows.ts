import { newId } from './api-under-test.ts'
import type { Row } from './matrix-world.ts'

const merchants = (own: number, other: number) => ({ 'merchant own': own, 'merchant other': other })
const readers = { service: 404, support: 404, finance: 404 }
const stuck = { reason: 'the bank says no', proof: 'a letter' }

/** Here nobody has a settlement, nor an account for one, so that nobody gets as far as the engine. */
export const settlementRows: Readonly<Record<string, Row>> = {
  'post /settlements': {
    path: '/settlements',
    body: ({ merchantId }) => ({ merchant_id: merchantId }),
    allowed: { ...merchants(409, 404), finance: 409 }
  },
  'get /settlements': {
    path: '/settlements',
    allowed: { ...merchants(200, 200), service: 200, support: 200, finance: 200 }
  },
  'get /settlements/{id}': {
    path: () => `/settlements/${newId('set')}`,
    allowed: { ...merchants(404, 404), ...readers }
  },
  'get /settlements/{id}/entries': {
    path: () => `/settlements/${newId('set')}/entries`,
    allowed: { ...merchants(404, 404), ...readers }
  },
  'get /settlements/{id}/statement.csv': {
    path: () => `/settlements/${newId('set')}/statement.csv`,
    allowed: { ...merchants(404, 404), ...readers }
  },
  'post /settlements/{id}/retry': { path: () => `/settlements/${newId('set')}/retry`, allowed: { finance: 404 } },
  'post /settlements/{id}/write-off': {
    path: () => `/settlements/${newId('set')}/write-off`,
    body: stuck,
    allowed: { finance: 404 }
  },
  'post /settlements/{id}/resolve': {
    path: () => `/settlements/${newId('set')}/resolve`,
    body: { ...stuck, outcome: 'booked' },
    allowed: { finance: 404 }
  },
  'get /merchants/{id}/settlement-account': {
    path: ({ merchantId }) => `/merchants/${merchantId}/settlement-account`,
    allowed: { ...merchants(404, 404), ...readers }
  },
  // No IBAN, so that it stays as it is for the other callers.
  'post /merchants/{id}/settlement-account': {
    path: ({ merchantId }) => `/merchants/${merchantId}/settlement-account`,
    body: { iban: 'GB00' },
    allowed: { ...merchants(400, 404), service: 400 }
  },
  'get /merchants/{id}/balance': {
    path: ({ merchantId }) => `/merchants/${merchantId}/balance`,
    allowed: { ...merchants(200, 404), service: 200, support: 200, finance: 200 }
  }
}
