import type { Request } from 'express'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import { findLiveApiKey, type ApiKey } from '../store/api-keys.ts'
import type { RateLimit } from '../store/rate-limits.ts'
import { findLiveSession } from '../store/sessions.ts'
import type { AccessTokens } from './access-token.ts'
import { addressOf } from './address.ts'
import type { Caller } from './caller.ts'

export type Authenticate = (request: Request) => Promise<Caller>

/** 64 hex digits after the role; anything longer is no credential of ours. */
const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,2048})$/

/**
 * Tells who is asking from `Authorization: Bearer`: an API key, or the access token of a session, which is looked up each
 * time, so that a log-out holds at once.
 * @param failures counts what did not fit by address; guessing is answered 429 after a while.
 */
export const createAuthenticate =
  (db: Kysely<Database>, tokens: AccessTokens, failures: RateLimit): Authenticate =>
  async (request) => {
    const credentials = BEARER.exec(request.headers.authorization ?? '')?.[1]
    const caller =
      credentials &&
      (await (credentials.startsWith('cof_') ? byKey(db, credentials) : bySession(db, tokens, credentials)))
    if (caller) return caller
    // Without any credentials nothing was guessed.
    if (request.headers.authorization !== undefined) await failures.take(addressOf(request))
    throw new Refusal('unauthenticated')
  }

async function byKey(db: Kysely<Database>, secret: string): Promise<Caller | undefined> {
  const key = await findLiveApiKey(db, secret)
  return key && toCaller(key)
}

function toCaller({ id, holder, scopes }: ApiKey): Caller {
  const common = { keyId: id, scopes }
  if ('serviceName' in holder) return { kind: 'service', name: holder.serviceName, ...common }
  if ('merchantId' in holder) return { kind: 'merchant', merchantId: holder.merchantId, ...common }
  return { kind: 'operator', operatorId: holder.operatorId, role: holder.role, ...common }
}

async function bySession(db: Kysely<Database>, tokens: AccessTokens, token: string): Promise<Caller | undefined> {
  const claimed = await tokens.verify(token)
  const session = claimed && (await findLiveSession(db, claimed.sessionId))
  if (!session || session.customerId !== claimed.customerId) return undefined
  const { id: sessionId, customerId, deviceKnownSince } = session
  return { kind: 'customer', customerId, sessionId, deviceKnownSince, tokenExpiresAt: claimed.expiresAt }
}
