import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Payload, PayloadCodec } from '@temporalio/common'
// Under ESM the package shows its classes on the default export only.
import proto from '@temporalio/proto'
import type { PayloadKey } from './keys.ts'

const ENCODING = 'binary/encrypted'
const CIPHER = 'A256GCM'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A payload that may not be read: in clear, of an unknown key, changed on the way, or taken from another workflow. */
export class PayloadRefused extends Error {
  override readonly name = 'PayloadRefused'
}

type Context = Parameters<PayloadCodec['decode']>[1]

/**
 * AES-256-GCM for every payload that Temporal stores, laid out like the codecs of Temporal's own samples (nonce, cipher
 * text, tag over the serialized payload), so that their tools can read it.
 *
 * Decoding refuses what is not encrypted: whoever can reach Temporal but has no key cannot forge a start or a signal.
 * It also refuses a payload written for another workflow: the id is authenticated with it. Temporal itself writes no
 * payload through a codec (search attributes and headers bypass it), so nothing legitimate is refused.
 * @param keys newest first: the first encrypts.
 */
export function createCodec(keys: readonly PayloadKey[]): PayloadCodec {
  const current = keys[0]
  if (!current) throw new RangeError('a codec needs a key')
  const keyById = new Map(keys.map(({ id, key }) => [id, key]))
  return {
    encode: async (payloads, context) => payloads.map((payload) => encrypt(payload, current, context?.workflowId)),
    decode: async (payloads, context) => payloads.map((payload) => decrypt(payload, keyById, context))
  }
}

export const isEncrypted = (payload: Payload): boolean => textOf(payload, 'encoding') === ENCODING

function encrypt(payload: Payload, { id, key }: PayloadKey, workflowId: string | undefined): Payload {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(authenticated(id, workflowId))
  const plain = proto.temporal.api.common.v1.Payload.encode(payload).finish()
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  const metadata = {
    encoding: Buffer.from(ENCODING),
    'encryption-cipher': Buffer.from(CIPHER),
    'encryption-key-id': Buffer.from(id),
    ...(workflowId === undefined ? {} : { 'bound-to': Buffer.from(workflowId) })
  }
  return { metadata, data }
}

function decrypt(payload: Payload, keyById: ReadonlyMap<string, Buffer>, context: Context): Payload {
  if (!isEncrypted(payload)) throw new PayloadRefused('the payload is not encrypted')
  const keyId = textOf(payload, 'encryption-key-id') ?? ''
  const key = keyById.get(keyId)
  if (!key) throw new PayloadRefused('the payload is encrypted under an unknown key')
  const workflowId = textOf(payload, 'bound-to')
  if (!belongs(workflowId, context?.workflowId))
    throw new PayloadRefused('the payload was written for another workflow')
  const data = payload.data ?? new Uint8Array()
  if (data.length < NONCE_BYTES + TAG_BYTES) throw new PayloadRefused('the payload is too short')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(authenticated(keyId, workflowId)).setAuthTag(data.subarray(-TAG_BYTES))
    const plain = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    return proto.temporal.api.common.v1.Payload.decode(plain)
  } catch (error) {
    throw new PayloadRefused('the payload was changed after it was encrypted', { cause: error })
  }
}

/**
 * A Schedule's arguments are encrypted once, and each run that it starts carries its nominal time after that id; the
 * next run is given the result of the one before. So the runs of one Schedule read each other's payloads.
 */
const NOMINAL_TIME = /-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

/** The Temporal UI's codec endpoint and some client calls know no workflow: they read whatever the key opens. */
function belongs(boundTo: string | undefined, workflowId: string | undefined): boolean {
  if (boundTo === undefined || workflowId === undefined || boundTo === workflowId) return true
  return NOMINAL_TIME.test(workflowId) && boundTo.replace(NOMINAL_TIME, '') === workflowId.replace(NOMINAL_TIME, '')
}

const authenticated = (keyId: string, workflowId = ''): Buffer => Buffer.from(`${CIPHER}\n${keyId}\n${workflowId}`)

function textOf(payload: Payload, name: string): string | undefined {
  const value = payload.metadata?.[name]
  return value ? Buffer.from(value).toString('utf8') : undefined
}
