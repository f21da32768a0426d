import { newId } from './api-under-test.ts'
import type { Row } from './matrix-world.ts'

/** Nobody has the thing: what opens or ends it needs the engine, which is not there. */
const payers = { 'customer own': 404, 'customer other': 404, service: 404 }
const merchants = { 'merchant own': 404, 'merchant other': 404 }
const all = (status: number) => ({
  'customer own': status,
  'customer other': status,
  'merchant own': status,
  'merchant other': status,
  service: status,
  reviewer: status
})

const of = (action: string) => () => `/disputes/${newId('dsp')}${action}`

/** Who may contest a payment, answer, and decide. */
export const disputeRows: Readonly<Record<string, Row>> = {
  'post /disputes': {
    path: '/disputes',
    body: () => ({ payment_id: newId('pay'), reason: 'fraud', narrative: 'It was not me.' }),
    allowed: payers
  },
  'get /disputes': { path: '/disputes', allowed: { ...all(200), support: 200, finance: 200 } },
  'get /disputes/{id}': { path: of(''), allowed: { ...all(404), support: 404, finance: 404 } },
  'get /disputes/{id}/evidence': { path: of('/evidence'), allowed: all(404) },
  'get /disputes/{id}/evidence-files/{sha256}': { path: of(`/evidence-files/${'0'.repeat(64)}`), allowed: all(404) },
  'post /disputes/{id}/evidence-files': {
    path: of('/evidence-files'),
    body: { name: 'note.txt', media_type: 'text/plain', sha256: '0'.repeat(64), content: 'bm90ZQ==' },
    allowed: { ...payers, ...merchants }
  },
  'post /disputes/{id}/submit-evidence': {
    path: of('/submit-evidence'),
    body: { text: 'It was signed for.' },
    allowed: { ...payers, ...merchants }
  },
  'post /disputes/{id}/accept': { path: of('/accept'), allowed: merchants },
  'post /disputes/{id}/withdraw': { path: of('/withdraw'), allowed: payers },
  'post /disputes/{id}/decide': {
    path: of('/decide'),
    body: { outcome: 'won', reason: 'seen' },
    allowed: { reviewer: 404 }
  },
  'post /disputes/{id}/retry': { path: of('/retry'), allowed: { finance: 404 } },
  'post /disputes/{id}/goodwill': {
    path: of('/goodwill'),
    body: { amount: { amount: '100', currency: 'USD' }, reason: 'seen' },
    allowed: { reviewer: 404, finance: 404 }
  },
  'post /merchants/{id}/write-off': {
    path: () => `/merchants/${newId('mer')}/write-off`,
    body: { amount: { amount: '100', currency: 'USD' }, reason: 'bankrupt' },
    allowed: { finance: 404 }
  },
  'get /concessions/{id}': {
    path: () => `/concessions/${newId('con')}`,
    allowed: { reviewer: 404, finance: 404, support: 404 }
  }
}
