import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { createRateLimit } from '../../store/rate-limits.ts'
import {
  endSession,
  endSessions,
  findSessionOwner,
  listLiveSessions,
  refreshSession,
  type OpenedSession,
  type Session
} from '../../store/sessions.ts'
import { createAccessTokens } from '../access-token.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { EndedSessions, LiveSession, LogIn, OpenSession, Refresh } from '../session-schemas.ts'
import { createSignIn } from '../sign-in.ts'

/** A customer's way in and out. */
export const sessionRoutes = (deps: ApiDeps): Route[] => [
  logIn(deps),
  refresh(deps),
  listMine(deps),
  logOut(deps),
  revoke(deps),
  revokeAll(deps)
]

function logIn(deps: ApiDeps): Route {
  const signIn = createSignIn(deps)
  const toReply = createReply(deps)
  return route.post(
    '/sessions',
    {
      summary: 'Log in',
      description:
        'From a device that is not known a second factor is asked for where the customer has an authenticator or has had ' +
        'known devices: 403 `second_factor_required` says which, and the same request comes again with it.',
      body: LogIn,
      reply: OpenSession,
      status: 201,
      callers: 'public',
      idempotency: 'none',
      errors: [
        'invalid_credentials',
        'second_factor_required',
        'second_factor_failed',
        'second_factor_locked',
        'too_many_requests'
      ]
    },
    async ({ body, address, requestId }) => {
      const { session, device } = await signIn({ ...body, address, requestId })
      const shown = device && { id: device.id, name: device.name, ...(device.token && { token: device.token }) }
      return { ...(await toReply(session)), ...(shown && { device: shown }) }
    }
  )
}

function refresh(deps: ApiDeps): Route {
  const { db, pool, policy } = deps
  const { refresh_token_ms, unauthenticated_per_address } = policy.access
  const badTokens = createRateLimit(pool, 'unauthenticated', unauthenticated_per_address)
  const toReply = createReply(deps)
  return route.post(
    '/sessions/refresh',
    {
      summary: 'Continue a session',
      body: Refresh,
      reply: OpenSession,
      status: 200,
      callers: 'public',
      idempotency: 'none',
      errors: ['unauthenticated', 'too_many_requests']
    },
    async ({ body, address, requestId }) => {
      // The end of a session whose token was reused has to be committed before it is told, so this is a value here.
      const refreshed = await inTransaction(db, async (transaction) => {
        const answer = await refreshSession(transaction, body.refresh_token, refresh_token_ms)
        if (answer.kind !== 'reused') return answer
        const { customerId, sessionId: object } = answer
        const data = { reason: 'refresh_token_reused', customer_id: customerId }
        await appendAudit(transaction, { actor: 'anyone', action: 'session.ended', object, requestId, data })
        return answer
      })
      if (refreshed.kind === 'refreshed') return toReply(refreshed.session)
      await badTokens.take(address)
      throw new Refusal('unauthenticated')
    }
  )
}

const listMine = ({ db }: ApiDeps): Route =>
  route.get(
    '/sessions',
    { summary: 'List my live sessions', reply: listOf(LiveSession), callers: { customer: 'own' } },
    async ({ caller, ownOnly }) => {
      ownOnly()
      const sessions = await listLiveSessions(db, caller.customerId)
      return { data: sessions.map((session) => toLive(session, caller.sessionId)), next_cursor: null, has_more: false }
    }
  )

const logOut = ({ db }: ApiDeps): Route =>
  route.delete(
    '/sessions/{id}',
    { summary: 'Log out', params: z.strictObject({ id: id('ses') }), callers: { customer: 'own' } },
    async ({ params, principal, mustOwn, requestId }) => {
      mustOwn({ customerId: await findSessionOwner(db, params.id) })
      await inTransaction(db, async (transaction) => {
        if (!(await endSession(transaction, params.id, 'logged_out'))) return
        const data = { reason: 'logged_out' }
        const entry = { actor: principal, action: 'session.ended', object: params.id, requestId, data }
        await appendAudit(transaction, entry)
      })
    }
  )

const own = { callers: { customer: 'own' }, status: 200, idempotency: 'stored' } as const

const revoke = ({ db }: ApiDeps): Route =>
  route.post(
    '/sessions/{id}/revoke',
    {
      ...own,
      summary: 'End a session of mine',
      params: z.strictObject({ id: id('ses') }),
      reply: EndedSessions
    },
    async ({ params, transaction, principal, requestId }) => {
      const ended = await endSession(transaction, params.id, 'revoked')
      const entry = { actor: principal, action: 'session.ended', object: params.id, requestId }
      if (ended) await appendAudit(transaction, { ...entry, data: { reason: 'revoked' } })
      return { object: 'ended_sessions' as const, sessions_ended: ended ? 1 : 0 }
    },
    { before: async ({ params, mustOwn }) => mustOwn({ customerId: await findSessionOwner(db, params.id) }) }
  )

const revokeAll = (_: ApiDeps): Route =>
  route.post(
    '/sessions/revoke-all',
    {
      ...own,
      summary: 'End all my sessions',
      body: z.strictObject({ keep_current: z.boolean().default(false) }).meta({ id: 'RevokeAllRequest' }),
      reply: EndedSessions
    },
    async ({ body, caller, ownOnly, transaction, principal, requestId }) => {
      ownOnly()
      const { customerId, sessionId } = caller
      const ended = await endSessions(transaction, customerId, body.keep_current ? sessionId : undefined)
      const data = { sessions_ended: ended }
      await appendAudit(transaction, {
        actor: principal,
        action: 'sessions.ended',
        object: customerId,
        requestId,
        data
      })
      return { object: 'ended_sessions' as const, sessions_ended: ended }
    }
  )

function createReply({ vault, policy }: ApiDeps) {
  const tokens = createAccessTokens(vault.sessionKey, policy.access.access_token_ms)
  return async (session: OpenedSession): Promise<z.input<typeof OpenSession>> => {
    const { token, expiresAt } = await tokens.sign(session)
    return {
      id: session.id,
      object: 'session',
      customer_id: session.customerId,
      access_token: token,
      expires_at: instant(expiresAt),
      refresh_token: session.refreshToken
    }
  }
}

const toLive = (
  { id, customerId, deviceId, createdAt, expiresAt }: Session,
  current: string
): z.input<typeof LiveSession> => ({
  id,
  object: 'session',
  customer_id: customerId,
  device_id: deviceId,
  current: id === current,
  created_at: instant(createdAt),
  expires_at: instant(expiresAt)
})
