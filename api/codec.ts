import { createHash, timingSafeEqual } from 'node:crypto'
import type { Payload, PayloadCodec } from '@temporalio/common'
import { json, Router, type NextFunction, type Request, type Response } from 'express'
import { isEncrypted } from '../temporal/codec.ts'

interface WirePayload {
  metadata?: Record<string, string>
  data?: string
}

/**
 * Decrypts for the Temporal UI (and the `temporal` command) what operators look at: mount it on `/codec`. The UI of a dev
 * server can send no credentials, so the path itself is the secret; whoever knows it not gets the 404 of any other path.
 * @param secret `codecEndpointSecret(masterKey)`.
 * @param uiOrigin the UI's exact origin; `localhost` and `127.0.0.1` are two.
 */
export function codecRouter(codec: PayloadCodec, secret: string, uiOrigin: string): Router {
  const router = Router({ caseSensitive: true, strict: true })
  const path = '/:secret/:verb'
  router.all(path, knowsTheSecret(secret), comesFrom(uiOrigin))
  // A page of a long history is decoded in one call.
  router.post(path, json({ limit: '8mb' }), async (request, response, next) => {
    const payloads = fromWire(request.body)
    const { verb } = request.params
    if (verb === 'decode') return void response.json({ payloads: (await decodeWhatWeCan(codec, payloads)).map(toWire) })
    if (verb === 'encode') return void response.json({ payloads: (await codec.encode(payloads)).map(toWire) })
    next()
  })
  return router
}

const knowsTheSecret = (secret: string) => (request: Request, _response: Response, next: NextFunction) => {
  // Hashes have one length, so the comparison tells neither the length nor the first difference.
  const equal = timingSafeEqual(sha256(String(request.params.secret)), sha256(secret))
  next(equal ? undefined : 'router')
}

const comesFrom = (uiOrigin: string) => (request: Request, response: Response, next: NextFunction) => {
  response.vary('Origin')
  const origin = request.get('origin')
  // Without an origin it is no browser: the `temporal` command.
  if (origin !== undefined && origin !== uiOrigin) return next('router')
  if (origin !== undefined) response.set('Access-Control-Allow-Origin', origin)
  if (request.method !== 'OPTIONS') return next()
  response.set('Access-Control-Allow-Methods', 'POST')
  response.set('Access-Control-Allow-Headers', 'content-type, x-namespace')
  response.set('Access-Control-Max-Age', '600').sendStatus(204)
}

/**
 * What is not encrypted (search attributes, the engine's own markers) goes back as it is, and so does what our keys do not
 * open: one such payload must not hide the whole page.
 */
const decodeWhatWeCan = (codec: PayloadCodec, payloads: Payload[]): Promise<Payload[]> =>
  Promise.all(
    payloads.map(async (payload) => {
      if (!isEncrypted(payload)) return payload
      const decoded = await codec.decode([payload]).catch(() => undefined)
      return decoded?.[0] ?? payload
    })
  )

function fromWire(body: unknown): Payload[] {
  const given = (body as { payloads?: unknown } | undefined)?.payloads
  if (!Array.isArray(given)) return []
  return given.map((payload: WirePayload | null) => ({
    metadata: mapValues(payload?.metadata ?? {}, (text) => Buffer.from(String(text), 'base64')),
    data: Buffer.from(String(payload?.data ?? ''), 'base64')
  }))
}

const toWire = ({ metadata, data }: Payload): WirePayload => ({
  metadata: mapValues(metadata ?? {}, (bytes) => Buffer.from(bytes).toString('base64')),
  data: Buffer.from(data ?? []).toString('base64')
})

const mapValues = <From, To>(record: Record<string, From>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
