import { newId } from './api-under-test.ts'
import type { Row } from './matrix-world.ts'

const readers = (status: number) => ({ support: status, finance: status, admin: status })

/** Finance alone acts; what it asks for here is refused, so that nothing is left behind. */
export const reconciliationRows: Readonly<Record<string, Row>> = {
  'post /reconciliations': {
    path: '/reconciliations',
    body: { bank: 'a', date: '2999-01-01' },
    allowed: { finance: 400 }
  },
  // A file, and not JSON.
  'post /reconciliations/imports': { path: '/reconciliations/imports', body: {}, allowed: { finance: 415 } },
  'get /acquirer-payouts': { path: '/acquirer-payouts', allowed: { finance: 200, admin: 200 } },
  'get /reconciliations': { path: '/reconciliations', allowed: readers(200) },
  'get /reconciliations/{id}': { path: () => `/reconciliations/${newId('rec')}`, allowed: readers(404) },
  'post /reconciliations/{id}/adjustments': {
    path: () => `/reconciliations/${newId('rec')}/adjustments`,
    body: () => ({ item_id: newId('rci'), account: 'bank_fee_expense', reason: 'a letter' }),
    allowed: { finance: 404 }
  },
  'post /periods/{month}/close': { path: '/periods/2999-01/close', allowed: { finance: 409 } },
  'get /periods/{month}': { path: '/periods/2999-01', allowed: { finance: 404, admin: 404 } },
  'get /general-ledger.csv': {
    path: '/general-ledger.csv?from=2026-01-01&to=2026-01-31',
    allowed: { finance: 200 }
  }
}
