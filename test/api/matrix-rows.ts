import { keyFor, newId, newKey, sessionFor } from './api-under-test.ts'
import type { Row, World } from './matrix-world.ts'
import { merchantRows } from './merchant-rows.ts'
import { paymentRequestRows } from './payment-request-rows.ts'
import { serviceRows } from './matrix-service-rows.ts'
import { settlementRows } from './settlement-rows.ts'
import { bankRows } from './matrix-bank-rows.ts'
import { operatorRows } from './operator-rows.ts'
import { bankAccountRows } from './bank-account-rows.ts'
import { cardRows } from './card-rows.ts'
import { refundRows } from './refund-rows.ts'
import { disputeRows } from './dispute-rows.ts'
import { webhookRows } from './webhook-rows.ts'
import { mandateRows } from './mandate-rows.ts'
import { reconciliationRows } from './reconciliation-rows.ts'
import { billRows } from './bill-rows.ts'

const apiKeyId = async ({ api }: World) => {
  const admin = await keyFor(api, 'admin')
  const made = await api.http
    .post('/v1/api-keys')
    .set({ Authorization: admin, 'Idempotency-Key': newKey() })
    .send({ role: 'service', name: 'matrix' })
  return made.body.id as string
}

const qrCodeId = async ({ api, merchantId }: World) => {
  const made = await api.http
    .post('/v1/qr-codes')
    .set({ Authorization: await keyFor(api, 'service'), 'Idempotency-Key': newKey() })
    .send({ merchant_id: merchantId })
  return made.body.id as string
}

const eventId = async ({ api, paymentId }: World) => {
  const event = api.deps.db.selectFrom('event').select('id').where('object_id', '=', paymentId)
  return (await event.executeTakeFirstOrThrow()).id
}

const customers = (own: number, other: number) => ({ 'customer own': own, 'customer other': other })
const merchants = (own: number, other: number) => ({ 'merchant own': own, 'merchant other': other })
const operators = (status: number) => ({ support: status, reviewer: status, finance: status })
const walletReaders = { ...customers(200, 404), service: 200, support: 200, finance: 200 }
/** Without saying whose, only customers get a list. */
const listReaders = { ...customers(200, 200), service: 400, support: 400, finance: 400 }
const partyReaders = { ...customers(200, 404), ...merchants(200, 404), ...operators(200), service: 200 }

/** One row a route. A request need not succeed: 400 or 404 also shows that a caller was let in. */
export const rows: Readonly<Record<string, Row>> = {
  'post /sessions': {
    path: '/sessions',
    body: { login: 'nobody@example.org', password: 'guess' },
    allowed: {},
    everyone: 401
  },
  'post /sessions/refresh': {
    path: '/sessions/refresh',
    body: { refresh_token: `cof_refresh_${'0'.repeat(64)}` },
    allowed: {},
    everyone: 401
  },
  'get /sessions': { path: '/sessions', allowed: { 'customer own': 200, 'customer other': 200 } },
  'post /sessions/{id}/revoke': {
    path: async ({ api, own }) => `/sessions/${(await sessionFor(api, own.id)).id}/revoke`,
    allowed: { 'customer own': 200, 'customer other': 404 }
  },
  ...serviceRows,
  ...refundRows,
  ...settlementRows,
  ...reconciliationRows,
  ...mandateRows,
  ...billRows,
  'delete /sessions/{id}': {
    path: async ({ api, own }) => `/sessions/${(await sessionFor(api, own.id)).id}`,
    allowed: { 'customer own': 204, 'customer other': 404 }
  },
  'post /customers': {
    path: '/customers',
    body: () => ({ name: 'New', email: `${newKey()}@example.org`, zone: 'UTC' }),
    allowed: { service: 201 }
  },
  'post /registrations': {
    path: '/registrations',
    body: () => ({
      email: `${newKey()}@example.org`,
      password: 'a long enough passphrase',
      zone: 'UTC',
      terms_version: '2026-11'
    }),
    allowed: {},
    everyone: 201
  },
  'post /verifications/{id}/confirm': {
    path: () => `/verifications/${newId('ver')}/confirm`,
    body: { code: '000000' },
    allowed: {},
    everyone: 404
  },
  'post /verifications/{id}/resend': {
    path: () => `/verifications/${newId('ver')}/resend`,
    allowed: {},
    everyone: 404
  },
  'post /customers/{id}/set-pin': {
    path: ({ own }) => `/customers/${own.id}/set-pin`,
    body: { password: 'not the password', pin: '471199' },
    allowed: { 'customer own': 401, 'customer other': 404 }
  },
  'get /customers/{id}/limits': {
    path: ({ own }) => `/customers/${own.id}/limits`,
    allowed: { 'customer own': 200, 'customer other': 404, service: 200, support: 200, reviewer: 200, finance: 200 }
  },
  'post /customers/{id}/set-limits': {
    path: ({ own }) => `/customers/${own.id}/set-limits`,
    body: { per_day: null },
    allowed: { 'customer own': 200, 'customer other': 404 }
  },
  'post /customers/{id}/change-pin': {
    path: ({ own }) => `/customers/${own.id}/change-pin`,
    body: { old_pin: '471199', new_pin: '471198' },
    allowed: { 'customer own': 403, 'customer other': 404 }
  },
  'post /customers/{id}/change-password': {
    path: ({ own }) => `/customers/${own.id}/change-password`,
    body: { old_password: 'not the password', new_password: 'a long enough passphrase' },
    allowed: { 'customer own': 401, 'customer other': 404 }
  },
  // What decides about an application needs the engine behind it: here nobody has the thing.
  'post /onboardings': {
    path: '/onboardings',
    body: () => ({ customer_id: newId('cus'), target_tier: 1 }),
    allowed: { ...customers(404, 404), service: 404 }
  },
  'get /onboardings': {
    path: '/onboardings',
    allowed: { ...customers(200, 200), ...merchants(200, 200), service: 400, support: 400, reviewer: 400 }
  },
  'get /onboardings/{id}': {
    path: () => `/onboardings/${newId('onb')}`,
    allowed: { ...customers(404, 404), ...merchants(404, 404), service: 404, support: 404, reviewer: 404 }
  },
  'post /onboardings/{id}/submit': {
    path: () => `/onboardings/${newId('onb')}/submit`,
    body: { name: 'Ada Example' },
    allowed: { ...customers(404, 404), service: 404 }
  },
  'post /onboardings/{id}/withdraw': {
    path: () => `/onboardings/${newId('onb')}/withdraw`,
    allowed: { ...customers(404, 404), service: 404 }
  },
  'post /onboardings/{id}/approve': {
    path: () => `/onboardings/${newId('onb')}/approve`,
    body: { reason: 'seen' },
    allowed: { reviewer: 404 }
  },
  'post /onboardings/{id}/reject': {
    path: () => `/onboardings/${newId('onb')}/reject`,
    body: { reason: 'seen' },
    allowed: { reviewer: 404 }
  },
  'post /onboardings/{id}/ask': {
    path: () => `/onboardings/${newId('onb')}/ask`,
    body: { reason: 'seen', items: ['proof_of_address'] },
    allowed: { reviewer: 404 }
  },
  'get /customers/{id}': {
    path: ({ own }) => `/customers/${own.id}`,
    allowed: { 'customer own': 200, 'customer other': 404, service: 200, support: 200, reviewer: 200, finance: 200 }
  },
  'post /api-keys': { path: '/api-keys', body: { role: 'service', name: 'matrix' }, allowed: { admin: 201 } },
  'post /api-keys/{id}/rotate': {
    path: async (world) => `/api-keys/${await apiKeyId(world)}/rotate`,
    body: {},
    allowed: { admin: 201 }
  },
  'post /api-keys/{id}/revoke': {
    path: async (world) => `/api-keys/${await apiKeyId(world)}/revoke`,
    body: {},
    allowed: { admin: 200 }
  },
  'get /api-keys': { path: '/api-keys', allowed: { admin: 200 } },
  'get /api-keys/{id}': { path: async (world) => `/api-keys/${await apiKeyId(world)}`, allowed: { admin: 200 } },
  'get /policies': { path: '/policies', allowed: { admin: 200 } },
  'put /policies/kill-switches': {
    path: '/policies/kill-switches',
    body: { process: 'top-up', on: false },
    allowed: { admin: 200 }
  },
  'get /audit-log': { path: '/audit-log', allowed: { admin: 200 } },
  'post /wallets': {
    path: '/wallets',
    body: ({ own }) => ({ customer_id: own.id, currency: 'EUR' }),
    // The customer comes first, and there is one wallet a currency.
    allowed: { ...customers(201, 404), service: 409 }
  },
  'post /wallets/{id}/freeze': {
    path: ({ own }) => `/wallets/${own.walletId}/freeze`,
    allowed: { ...customers(200, 404), service: 200, ...operators(200) }
  },
  'post /wallets/{id}/thaw': {
    path: ({ own }) => `/wallets/${own.walletId}/thaw`,
    allowed: { ...customers(403, 404), reviewer: 400, finance: 400 }
  },
  'get /wallets': { path: '/wallets', allowed: listReaders },
  'get /wallets/{id}': { path: ({ own }) => `/wallets/${own.walletId}`, allowed: walletReaders },
  'get /wallets/{id}/entries': { path: ({ own }) => `/wallets/${own.walletId}/entries`, allowed: walletReaders },
  ...cardRows,
  ...disputeRows,
  ...webhookRows,
  ...bankAccountRows,
  ...merchantRows,
  'post /qr-codes': {
    path: '/qr-codes',
    body: ({ merchantId }) => ({ merchant_id: merchantId }),
    allowed: { ...merchants(201, 404), service: 201 }
  },
  'post /qr-codes/decode': {
    path: '/qr-codes/decode',
    body: { text: 'no code' },
    allowed: { ...customers(400, 400), ...merchants(400, 400), ...operators(400), service: 400, admin: 400 }
  },
  'get /qr-codes/{id}': {
    path: async (world) => `/qr-codes/${await qrCodeId(world)}`,
    allowed: { ...merchants(200, 404), service: 200, support: 200 }
  },
  'get /qr-codes/{id}.png': {
    path: async (world) => `/qr-codes/${await qrCodeId(world)}.png`,
    allowed: { ...merchants(200, 404), service: 200, support: 200 }
  },
  ...paymentRequestRows,
  'get /receipts/{id}': {
    path: ({ paymentId }) => `/receipts/${paymentId.replace('pay_', 'rct_')}`,
    allowed: partyReaders
  },
  'get /events': {
    path: '/events',
    allowed: { ...customers(200, 200), ...merchants(200, 200), ...operators(200), service: 200, admin: 200 }
  },
  // A stream has no end: whoever may open one is told that it cannot begin there.
  'get /events/stream': {
    path: '/events/stream?cursor=nowhere',
    allowed: { ...customers(400, 400), ...merchants(400, 400), ...operators(400), service: 400, admin: 400 }
  },
  'get /events/{id}': {
    path: async (world) => `/events/${await eventId(world)}`,
    allowed: { ...partyReaders, admin: 200 }
  },
  'get /payments': { path: '/payments', allowed: { ...listReaders, ...merchants(200, 200), reviewer: 400 } },
  'get /payments/{id}': { path: ({ paymentId }) => `/payments/${paymentId}`, allowed: partyReaders },
  // What acts on a payment needs the engine behind it: here nobody has the thing, so that nobody gets that far.
  'post /payments': {
    path: '/payments',
    body: ({ merchantId }) => ({
      wallet_id: newId('wal'),
      merchant_id: merchantId,
      amount: { amount: '1', currency: 'USD' }
    }),
    allowed: { ...customers(404, 404), service: 404 }
  },
  'post /payments/{id}/confirm': {
    path: () => `/payments/${newId('pay')}/confirm`,
    body: { pin: '471100' },
    allowed: customers(404, 404)
  },
  'post /payments/{id}/capture': {
    path: () => `/payments/${newId('pay')}/capture`,
    body: {},
    allowed: { ...merchants(404, 404), service: 404, finance: 404 }
  },
  'post /payments/{id}/void': {
    path: () => `/payments/${newId('pay')}/void`,
    allowed: { ...merchants(404, 404), service: 404 }
  },
  'post /payments/{id}/cancel': {
    path: () => `/payments/${newId('pay')}/cancel`,
    allowed: { ...customers(404, 404), service: 404 }
  },
  ...bankRows,
  ...operatorRows,
  'post /reviews/{id}/approve': {
    path: () => `/reviews/${newId('rev')}/approve`,
    allowed: { finance: 404, reviewer: 404 }
  },
  'post /reviews/{id}/reject': {
    path: () => `/reviews/${newId('rev')}/reject`,
    allowed: { finance: 404, reviewer: 404 }
  },
  'post /callbacks/clock': { path: '/callbacks/clock', body: { offset_ms: 1 }, allowed: {}, everyone: 401 },
  'post /callbacks/{provider}': { path: '/callbacks/bank-a', body: { reference: 'top_1' }, allowed: {}, everyone: 401 }
}
