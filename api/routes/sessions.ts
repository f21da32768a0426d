import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { createRateLimit } from '../../store/rate-limits.ts'
import {
  endSession,
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
import { id, Instant, instant } from '../schemas.ts'
import { createSignIn } from '../sign-in.ts'

const LogIn = z.strictObject({
  login: z.string().min(3).max(254).meta({ description: 'E-mail address or E.164 phone number' }),
  password: z.string().min(1).max(512)
})

const Refresh = z.strictObject({
  refresh_token: z.string().regex(/^cof_refresh_[0-9a-f]{64}$/, 'must be a refresh token')
})

const OpenSession = z
  .strictObject({
    id: id('ses'),
    object: z.literal('session'),
    customer_id: id('cus'),
    access_token: z.string().meta({ description: 'Send it as Authorization: Bearer' }),
    expires_at: Instant.meta({ description: 'When the access token ends; refresh before' }),
    refresh_token: z.string().meta({ description: 'Works once; a second use ends the session' })
  })
  .meta({ id: 'OpenSession' })

const LiveSession = z
  .strictObject({
    id: id('ses'),
    object: z.literal('session'),
    customer_id: id('cus'),
    current: z.boolean(),
    created_at: Instant,
    expires_at: Instant
  })
  .meta({ id: 'Session' })

/** A customer's way in and out. */
export const sessionRoutes = (deps: ApiDeps): Route[] => [logIn(deps), refresh(deps), listMine(deps), logOut(deps)]

function logIn(deps: ApiDeps): Route {
  const signIn = createSignIn(deps)
  const toReply = createReply(deps)
  return route.post(
    '/sessions',
    {
      summary: 'Log in',
      body: LogIn,
      reply: OpenSession,
      status: 201,
      callers: 'public',
      idempotency: 'none',
      errors: ['invalid_credentials', 'too_many_requests']
    },
    async ({ body, address, requestId }) => toReply(await signIn({ ...body, address, requestId }))
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

const toLive = ({ id, customerId, createdAt, expiresAt }: Session, current: string): z.input<typeof LiveSession> => ({
  id,
  object: 'session',
  customer_id: customerId,
  current: id === current,
  created_at: instant(createdAt),
  expires_at: instant(expiresAt)
})
