import { newId } from './api-under-test.ts'
import type { Row } from './matrix-world.ts'

const customers = (status: number) => ({ 'customer own': status, 'customer other': status })
const one = (path = '') => `/mandates/${newId('man')}${path}`
const decide = { ...customers(404), service: 404 }
const read = { ...customers(404), service: 404, support: 404, finance: 404 }

/** Nobody has the mandate, so that nobody gets as far as the engine. */
export const mandateRows: Readonly<Record<string, Row>> = {
  'post /mandates': {
    path: '/mandates',
    body: ({ own }) => ({
      wallet_id: own.walletId,
      biller_id: newId('bil'),
      account_number: '1234',
      amount: { fixed: { amount: '100', currency: 'USD' } },
      rule: { every: 'month', day: 1 }
    }),
    allowed: decide
  },
  // Without saying whose, only customers get a list.
  'get /mandates': { path: '/mandates', allowed: { ...customers(200), service: 400, support: 400, finance: 400 } },
  'get /mandates/{id}': { path: () => one(), allowed: read },
  'get /mandates/{id}/upcoming': { path: () => one('/upcoming'), allowed: read },
  'post /mandates/{id}/pause': { path: () => one('/pause'), allowed: decide },
  'post /mandates/{id}/resume': { path: () => one('/resume'), allowed: decide },
  'post /mandates/{id}/cancel': { path: () => one('/cancel'), allowed: decide },
  'post /mandates/{id}/skip-next': { path: () => one('/skip-next'), body: {}, allowed: decide },
  'post /mandates/{id}/change-next': {
    path: () => one('/change-next'),
    body: { amount: { amount: '100', currency: 'USD' } },
    allowed: decide
  },
  'post /mandates/{id}/change': { path: () => one('/change'), body: { holiday: 'before' }, allowed: decide }
}
