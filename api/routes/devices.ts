import { z } from 'zod'
import { appendAudit } from '../../store/audit.ts'
import { findDeviceOwner, listDevices, revokeDevice } from '../../store/devices.ts'
import { listLiveSessions } from '../../store/sessions.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { DeviceReply, EndedSessions } from '../session-schemas.ts'

/** What a customer has logged in from. */
export const deviceRoutes = (deps: ApiDeps): Route[] => [listMine(deps), revoke(deps)]

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
