import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { findDeviceOwner, listDevices, revokeDevice } from '../../store/devices.ts'
import { forgetPushToken, putPushToken } from '../../store/push-tokens.ts'
import { listLiveSessions } from '../../store/sessions.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf } from '../list.ts'
import { PushReply, PushTokenRequest } from '../notification-schemas.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { DeviceReply, EndedSessions } from '../session-schemas.ts'

/** What a customer has logged in from. */
export const deviceRoutes = (deps: ApiDeps): Route[] => [
  listMine(deps),
  revoke(deps),
  setPushToken(deps),
  removePushToken(deps)
]

const listMine = ({ db, vault }: ApiDeps): Route =>
  route.get(
    '/devices',
    { summary: 'List my known devices', reply: listOf(DeviceReply), callers: { customer: 'own' } },
    async ({ caller, ownOnly }) => {
      ownOnly()
      const sessions = await listLiveSessions(db, caller.customerId)
      const current = sessions.find((session) => session.id === caller.sessionId)?.deviceId
      const devices = await listDevices(db, vault, caller.customerId)
      const data = devices.map(({ id, name, knownSince, lastSeenAt }) => ({
        id,
        object: 'device' as const,
        name,
        current: id === current,
        known_since: instant(knownSince),
        last_seen_at: instant(lastSeenAt)
      }))
      return { data, next_cursor: null, has_more: false }
    }
  )

const revoke = ({ db }: ApiDeps): Route =>
  route.post(
    '/devices/{id}/revoke',
    {
      summary: 'Forget a device of mine, and end its sessions',
      params: z.strictObject({ id: id('dev') }),
      reply: EndedSessions,
      status: 200,
      callers: { customer: 'own' },
      idempotency: 'stored'
    },
    async ({ params, transaction, principal, requestId }) => {
      const ended = await revokeDevice(transaction, params.id)
      const entry = { actor: principal, action: 'device.revoked', object: params.id, requestId }
      if (ended !== undefined) await appendAudit(transaction, { ...entry, data: { sessions_ended: ended } })
      return { object: 'ended_sessions' as const, sessions_ended: ended ?? 0 }
    },
    { before: async ({ params, mustOwn }) => mustOwn({ customerId: await findDeviceOwner(db, params.id) }) }
  )

const setPushToken = ({ db, vault }: ApiDeps): Route =>
  route.post(
    '/devices/{id}/push-token',
    {
      summary: 'Have a device of mine called when something happens',
      description: 'In place of the token that it had. Whoever had the same one before is called there no more.',
      params: z.strictObject({ id: id('dev') }),
      body: PushTokenRequest,
      reply: PushReply,
      status: 200,
      callers: { customer: 'own' },
      idempotency: 'stored',
      errors: ['state_conflict']
    },
    async ({ params, body, caller, transaction, principal, requestId }) => {
      const device = { id: params.id, customerId: caller.customerId }
      if (!(await putPushToken(transaction, vault, device, body.token)))
        throw new Refusal('state_conflict', { state: 'revoked' })
      await appendAudit(transaction, { actor: principal, action: 'device.push_set', object: params.id, requestId })
      return { object: 'push_registration' as const, device_id: params.id }
    },
    { before: async ({ params, mustOwn }) => mustOwn({ customerId: await findDeviceOwner(db, params.id) }) }
  )

const removePushToken = ({ db, vault }: ApiDeps): Route =>
  route.delete(
    '/devices/{id}/push-token',
    {
      summary: 'Have a device of mine called no more',
      params: z.strictObject({ id: id('dev') }),
      callers: { customer: 'own' }
    },
    async ({ params, mustOwn, principal, requestId }) => {
      mustOwn({ customerId: await findDeviceOwner(db, params.id) })
      await forgetPushToken(db, vault, params.id)
      await appendAudit(db, { actor: principal, action: 'device.push_removed', object: params.id, requestId })
    }
  )
