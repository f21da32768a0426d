import { createHash } from 'node:crypto'
import { createSigner, httpbis } from 'http-message-signatures'
import { keyIdOf, readPrivateKey } from './keys.ts'

export interface UnsignedRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  /** The JSON text as it will be sent, byte for byte; absent for GET. */
  readonly body?: string
}

/** Signs a request and returns the headers to send with it. */
export type RequestSigner = (request: UnsignedRequest) => Promise<Record<string, string>>

/**
 * What the signature covers: the verb, where it goes and the body, so that none of them can be exchanged. The receiver
 * refuses a `created` more than 5 minutes away from its own clock.
 */
const COVERED = ['@method', '@target-uri', 'content-digest']

/**
 * HTTP message signatures (RFC 9421) with Ed25519 over method, target URI and content digest (RFC 9530, SHA-256; a GET
 * digests the empty body, so that every request carries the same three).
 * @throws {TypeError} when the key is not an Ed25519 private key in PKCS#8 and base64.
 */
export function createRequestSigner(signingKey: string): RequestSigner {
  const privateKey = readPrivateKey(signingKey)
  const key = createSigner(privateKey, 'ed25519', keyIdOf(privateKey))
  return async ({ method, url, body }) => {
    const message = { method, url: new URL(url).href, headers: unsignedHeaders(body) }
    const signed = await httpbis.signMessage({ key, fields: COVERED, params: ['created', 'keyid'] }, message)
    return signed.headers
  }
}

const unsignedHeaders = (body: string | undefined): Record<string, string> => ({
  ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  'Content-Digest': `sha-256=:${createHash('sha256')
    .update(body ?? '')
    .digest('base64')}:`
})
