import { createHash, createPublicKey, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { createVerifier, httpbis } from 'http-message-signatures'
import { SandboxRefusal } from './refusal.ts'

/** How far `created` may lie from our clock, either way. */
const WINDOW_S = 300

const REQUIRED_FIELDS = ['@method', '@target-uri', 'content-digest']

/**
 * Lets through what carries our client's signature (RFC 9421, Ed25519) over method, target URI and the digest of the
 * body that came (RFC 9530), made within 5 minutes.
 * @throws {TypeError} when the key is not an Ed25519 public key in SPKI and base64.
 */
export function requireSignature(clientKey: string): RequestHandler {
  const spki = Buffer.from(clientKey, 'base64')
  const publicKey = readPublicKey(spki)
  const keyId = createHash('sha256').update(spki).digest('hex').slice(0, 32)
  const key = { id: keyId, algs: ['ed25519'], verify: createVerifier(publicKey, 'ed25519') }

  return async (request, _response, next) => {
    const trusted = digestFits(request) && (await signatureHolds(request, keyId, key))
    if (!trusted) throw new SandboxRefusal(401, 'unauthenticated', 'the request is not signed with the known key')
    next()
  }
}

/** @returns a handler that lets through who brings the admin key as a bearer token. */
export function requireAdminKey(adminKey: string): RequestHandler {
  const expected = sha256(`Bearer ${adminKey}`)
  return (request, _response, next) => {
    if (!timingSafeEqual(sha256(request.get('authorization') ?? ''), expected))
      throw new SandboxRefusal(401, 'unauthenticated', 'the admin key is missing or wrong')
    next()
  }
}

const sha256 = (bytes: Buffer | string): Buffer => createHash('sha256').update(bytes).digest()

const digestFits = (request: Request): boolean => {
  const body: unknown = request.body
  const digest = sha256(Buffer.isBuffer(body) ? body : '').toString('base64')
  return request.get('content-digest') === `sha-256=:${digest}:`
}

type VerifyingKey = Parameters<typeof httpbis.verifyMessage>[0]['keyLookup'] extends (
  ...parameters: never[]
) => Promise<infer Key>
  ? NonNullable<Key>
  : never

const signatureHolds = async (request: Request, keyId: string, key: VerifyingKey): Promise<boolean> => {
  const now = Math.floor(Date.now() / 1_000)
  const url = `${request.protocol}://${request.get('host') ?? ''}${request.originalUrl}`
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter((header): header is [string, string] => typeof header[1] === 'string')
  )
  try {
    const verified = await httpbis.verifyMessage(
      {
        keyLookup: ({ keyid }) => Promise.resolve(keyid === keyId ? key : null),
        requiredFields: REQUIRED_FIELDS,
        requiredParams: ['created', 'keyid'],
        maxAge: WINDOW_S,
        notAfter: now + WINDOW_S
      },
      { method: request.method, url, headers }
    )
    return verified === true
  } catch {
    return false // malformed headers and failed checks alike: the caller learns only that it is refused
  }
}

const readPublicKey = (spki: Buffer): KeyObject => {
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('the client key is not Ed25519')
  return key
}
