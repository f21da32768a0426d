import { newId } from './api-under-test.ts'
import type { Row } from './matrix-world.ts'

const deciders = { reviewer: 404, finance: 404, admin: 404 }
const readers = (status: number) => ({ support: status, reviewer: status, finance: status, admin: status })

const claims = (things: string, prefix: 'tsk' | 'rev'): Record<string, Row> => ({
  [`get /${things}`]: { path: `/${things}`, allowed: readers(200) },
  [`get /${things}/{id}`]: { path: () => `/${things}/${newId(prefix)}`, allowed: readers(404) },
  [`post /${things}/{id}/claim`]: { path: () => `/${things}/${newId(prefix)}/claim`, allowed: deciders },
  [`post /${things}/{id}/release`]: { path: () => `/${things}/${newId(prefix)}/release`, allowed: deciders }
})

const resolve = (things: string, prefix: 'top' | 'wdr' | 'pay'): Record<string, Row> => ({
  [`post /${things}/{id}/resolve`]: {
    path: () => `/${things}/${newId(prefix)}/resolve`,
    body: { outcome: 'booked', reason: 'the bank rang back', proof: 'a letter' },
    allowed: { finance: 404 }
  }
})

const window = { from: '2026-01-31T10:00:00Z', to: '2026-01-31T10:20:00Z' }

/** What operators see and decide; a request need not succeed. */
export const operatorRows: Readonly<Record<string, Row>> = {
  ...claims('tasks', 'tsk'),
  ...claims('reviews', 'rev'),
  ...resolve('top-ups', 'top'),
  ...resolve('withdrawals', 'wdr'),
  ...resolve('payments', 'pay'),
  'get /reviews/summary': { path: '/reviews/summary', allowed: readers(200) },
  'post /tasks/bulk': {
    path: '/tasks/bulk',
    // Nobody is there to assign it to; only finance has banks asked.
    body: {
      action: 'retry',
      filter: { kind: 'unknown_bank_instruction', bank: 'a', ...window },
      reason: 'an outage',
      dry_run: true
    },
    allowed: { finance: 200 }
  },
  'get /bulk-decisions/{id}': { path: () => `/bulk-decisions/${newId('blk')}`, allowed: readers(404) },
  'get /customers/{id}/timeline': {
    path: ({ own }) => `/customers/${own.id}/timeline`,
    allowed: { support: 200, reviewer: 200, finance: 200 }
  },
  'post /risk-rules': {
    path: '/risk-rules',
    body: ({ own }) => ({ process: 'payment', outcome: 'hold_for_review', customer_id: own.id, reason: 'a hint' }),
    allowed: { admin: 201 }
  },
  'get /risk-rules': { path: '/risk-rules', allowed: readers(200) },
  'get /risk-rules/{id}': { path: () => `/risk-rules/${newId('rsk')}`, allowed: readers(404) },
  'delete /risk-rules/{id}': { path: () => `/risk-rules/${newId('rsk')}`, allowed: { admin: 404 } },
  'get /policies/kill-switches': { path: '/policies/kill-switches', allowed: readers(200) }
}
