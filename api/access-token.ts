import { jwtVerify, SignJWT } from 'jose'
import { isId, type CustomerId, type SessionId } from '../domain/ids.ts'

const ISSUER = 'coffer'
const AUDIENCE = 'coffer-api'

/** Ten minutes, whatever the policy says: a longer one is not an access token any more. */
const LIFETIME_MAX_MS = 600_000

export interface AccessTokens {
  sign(session: { id: SessionId; customerId: CustomerId }): Promise<{ token: string; expiresAt: Date }>
  /** Whose it claims to be; undefined when signature, issuer, audience or time do not fit. The session may have ended. */
  verify(token: string): Promise<{ sessionId: SessionId; customerId: CustomerId; expiresAt: Date } | undefined>
}

/** JWTs signed with HMAC-SHA-256: the API both makes and reads them, so there is no one to give a public key to. */
export function createAccessTokens(key: Uint8Array, lifetimeMs: number): AccessTokens {
  const lifetimeS = Math.max(1, Math.floor(Math.min(lifetimeMs, LIFETIME_MAX_MS) / 1000))
  return {
    sign: async ({ id, customerId }) => {
      const issuedAtS = Math.floor(Date.now() / 1000)
      const token = await new SignJWT({ sid: id })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setSubject(customerId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(issuedAtS)
        .setExpirationTime(issuedAtS + lifetimeS)
        .sign(key)
      return { token, expiresAt: new Date((issuedAtS + lifetimeS) * 1000) }
    },
    verify: async (token) => {
      const options = {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'sub', 'sid']
      }
      const claims = await jwtVerify(token, key, options).then(
        ({ payload }) => payload,
        () => undefined
      )
      const { sub, sid, exp = 0 } = claims ?? {}
      if (typeof sub !== 'string' || typeof sid !== 'string' || !isId('cus', sub) || !isId('ses', sid)) return undefined
      return { sessionId: sid, customerId: sub, expiresAt: new Date(exp * 1000) }
    }
  }
}
