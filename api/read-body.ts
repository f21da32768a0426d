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

/** The body as it came, whatever it calls itself: a signature is checked over these bytes. */
export async function readBytes(request: Request, response: Response, limit = BODY_MAX_BYTES): Promise<Buffer> {
  const parser = raw({ limit, type: () => true, inflate: false })
  await new Promise<void>((resolve, reject) =>
    parser(request, response, (error: unknown) => (error ? reject(error) : resolve()))
  )
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
}
