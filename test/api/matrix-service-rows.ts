import { inTransaction } from '../../db/in-transaction.ts'
import { addDevice } from '../../store/devices.ts'
import { listInbox } from '../../store/notice-inbox.ts'
import { addNotice } from '../../store/notices.ts'
import { newId, newKey } from './api-under-test.ts'
import type { Row, World } from './matrix-world.ts'

const both = (own: number, other: number) => ({ 'customer own': own, 'customer other': other })

const deviceId = ({ api: { deps }, own }: World) =>
  inTransaction(deps.db, async (transaction) => (await addDevice(transaction, deps.vault, own.id, 'Matrix')).id)

const notificationId = async ({ api: { deps }, own }: World) => {
  await addNotice(deps.db, own.id, 'pin_set')
  const [newest] = await listInbox(deps.db, { customerId: own.id }, undefined, 1)
  return newest!.id
}

const preferencesPath = ({ own }: World) => `/customers/${own.id}/notification-preferences`

/** What keeps an account its owner's. */
export const serviceRows: Readonly<Record<string, Row>> = {
  // Of a customer's own it would end the session that the next caller of the table needs.
  'post /sessions/revoke-all': {
    path: '/sessions/revoke-all',
    body: { keep_current: 'maybe' },
    allowed: both(400, 400)
  },
  'get /devices': { path: '/devices', allowed: both(200, 200) },
  'post /devices/{id}/revoke': {
    path: async (world) => `/devices/${await deviceId(world)}/revoke`,
    allowed: both(200, 404)
  },
  'post /devices/{id}/push-token': {
    path: async (world) => `/devices/${await deviceId(world)}/push-token`,
    body: () => ({ token: newKey() }),
    allowed: both(200, 404)
  },
  'delete /devices/{id}/push-token': {
    path: async (world) => `/devices/${await deviceId(world)}/push-token`,
    allowed: both(204, 404)
  },
  'get /notifications': { path: '/notifications', allowed: both(200, 200) },
  'post /notifications/{id}/read': {
    path: async (world) => `/notifications/${await notificationId(world)}/read`,
    allowed: both(200, 404)
  },
  'get /customers/{id}/notification-preferences': {
    path: preferencesPath,
    allowed: { ...both(200, 404), service: 200, support: 200 }
  },
  'put /customers/{id}/notification-preferences': {
    path: preferencesPath,
    body: { language: 'zh', quiet_hours: null, channels: {} },
    allowed: both(200, 404)
  },
  'get /customers/{id}/notification-deliveries': {
    path: ({ own }) => `/customers/${own.id}/notification-deliveries`,
    allowed: { support: 200, reviewer: 200, finance: 200 }
  },
  'get /second-factor': { path: '/second-factor', allowed: both(200, 200) },
  'post /second-factor': { path: '/second-factor', body: { password: 'not the password' }, allowed: both(401, 401) },
  'post /second-factor/confirm': { path: '/second-factor/confirm', body: { totp: '000000' }, allowed: both(409, 409) },
  'post /second-factor/disable': {
    path: '/second-factor/disable',
    body: { password: 'not the password', totp: '000000' },
    allowed: both(401, 401)
  },
  'post /password-resets': {
    path: '/password-resets',
    body: () => ({ login: `${newKey()}@example.org` }),
    allowed: {},
    everyone: 202
  },
  'post /password-resets/{id}/complete': {
    path: () => `/password-resets/${newId('pwr')}/complete`,
    body: { code: '000000', new_password: 'a long enough passphrase' },
    allowed: {},
    everyone: 404
  },
  'post /payments/{id}/not-me': {
    path: () => `/payments/${newId('pay')}/not-me`,
    allowed: both(404, 404)
  },
  'post /withdrawals/{id}/not-me': {
    path: () => `/withdrawals/${newId('wdr')}/not-me`,
    allowed: both(404, 404)
  },
  'post /not-me': { path: '/not-me', body: { token: 'cof_not_me_guessed' }, allowed: {}, everyone: 401 }
}
