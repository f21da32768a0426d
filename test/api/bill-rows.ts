import { newId } from './api-under-test.ts'
import type { Row } from './matrix-world.ts'

const customers = (status: number) => ({ 'customer own': status, 'customer other': status })
const readers = { service: 404, support: 404, reviewer: 404, finance: 404 }
const directory = { ...customers(200), service: 200, support: 200, reviewer: 200, finance: 200, admin: 200 }
const nowhere = { ...customers(404), ...readers, admin: 404 }
const payment = (verb: string) => () => `/bill-payments/${newId('bpm')}/${verb}`
const change = (verb: string): Record<string, Row> => ({
  [`post /billers/{id}/${verb}`]: {
    path: () => `/billers/${newId('bil')}/${verb}`,
    body: { reason: 'asked for' },
    allowed: { admin: 404 }
  }
})

/** Here nobody has a bill, nor is there such a biller, so that nobody gets as far as the engine or the network. */
export const billRows: Readonly<Record<string, Row>> = {
  'get /billers': { path: '/billers', allowed: directory },
  'get /billers/{id}': { path: () => `/billers/${newId('bil')}`, allowed: nowhere },
  'get /billers/{id}/settlements': {
    path: () => `/billers/${newId('bil')}/settlements`,
    allowed: { finance: 404, admin: 404 }
  },
  'post /billers': { path: '/billers', body: { name: 'nothing else' }, allowed: { admin: 400 } },
  ...change('suspend'),
  ...change('resume'),
  ...change('close'),
  'post /bills/inquire': {
    path: '/bills/inquire',
    body: () => ({ biller_id: newId('bil'), account_number: '1' }),
    allowed: { ...customers(404), service: 404 }
  },
  'post /bill-payments': {
    path: '/bill-payments',
    body: () => ({ wallet_id: newId('wal'), biller_id: newId('bil'), account_number: '1' }),
    allowed: { ...customers(404), service: 404 }
  },
  // Without saying whose, only customers get a list.
  'get /bill-payments': {
    path: '/bill-payments',
    allowed: { ...customers(200), service: 400, support: 400, reviewer: 400, finance: 400 }
  },
  'get /bill-payments/{id}': {
    path: () => `/bill-payments/${newId('bpm')}`,
    allowed: { ...customers(404), ...readers }
  },
  'post /bill-payments/{id}/approve': { path: payment('approve'), body: { pin: '194736' }, allowed: customers(404) },
  'post /bill-payments/{id}/cancel': { path: payment('cancel'), allowed: { ...customers(404), service: 404 } },
  'post /bill-payments/{id}/skip': { path: payment('skip'), allowed: { ...customers(404), service: 404 } },
  'post /bill-payments/{id}/not-me': { path: payment('not-me'), allowed: customers(404) },
  'post /bill-payments/{id}/retry': { path: payment('retry'), allowed: { finance: 404 } },
  'post /bill-payments/{id}/write-off': {
    path: payment('write-off'),
    body: { reason: 'the network says no', proof: 'a letter' },
    allowed: { finance: 404 }
  }
}
