import { createHash } from 'node:crypto'
import { raw, type Request, type Response } from 'express'
import { Refusal } from '../domain/errors.ts'

/** 100 KiB: more than any single order needs. Routes for bulk and evidence name their own limit. */
const BODY_MAX_BYTES = 102_400

/**
 * The bytes of the body; empty if there is none.
 * @throws {Refusal} `payload_too_large` as soon as the announced or the received length is above the limit,
 *   `unsupported_media_type` for a compressed body and for anything but JSON in UTF-8.
 */
export async function readJsonBytes(request: Request, response: Response, limit = BODY_MAX_BYTES): Promise<Buffer> {
  const bytes = await readBytes(request, response, limit)
  if (bytes.length > 0 && !isJson(request.headers['content-type'])) throw new Refusal('unsupported_media_type')
  return bytes
}

const isJson = (contentType: string | undefined): boolean =>
  /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType ?? '')

/**
 * A file in UTF-8, as text, with its media type and the SHA-256 of its bytes.
 * @throws {Refusal} as `readJsonBytes` does; `invalid_request` for what is no UTF-8 or holds NUL
 */
export async function readFileBytes(
  request: Request,
  response: Response,
  types: readonly string[],
  limit = BODY_MAX_BYTES
): Promise<{ text: string; type: string; sha256: string }> {
  const [type, parameter = 'charset=utf-8'] = (request.headers['content-type'] ?? '').toLowerCase().split(/\s*;\s*/)
  if (!types.includes(type!) || !/^charset="?utf-8"?$/.test(parameter)) throw new Refusal('unsupported_media_type')
  const bytes = await readBytes(request, response, limit)
  return { text: decode(bytes), type: type!, sha256: createHash('sha256').update(bytes).digest('hex') }
}

function decode(bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // said below
  }
  throw new Refusal('invalid_request', { errors: [{ pointer: '', message: 'the body is not UTF-8, or holds NUL' }] })
}

/** The body as it came, whatever it calls itself: a signature is checked over these bytes. */
export async function readBytes(request: Request, response: Response, limit = BODY_MAX_BYTES): Promise<Buffer> {
  const parser = raw({ limit, type: () => true, inflate: false })
  await new Promise<void>((resolve, reject) =>
    parser(request, response, (error: unknown) => (error ? reject(error) : resolve()))
  )
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
}
