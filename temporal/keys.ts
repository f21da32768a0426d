import { createHash, hkdfSync } from 'node:crypto'

/** An AES-256 key for payloads; `id` travels in clear beside each payload, so that decryption finds the key after a rotation. */
export interface PayloadKey {
  readonly id: string
  readonly key: Buffer
}

/**
 * The master key that committed replay histories are encrypted under: public on purpose, and refused in production.
 * It is 32 bytes of ASCII.
 */
export const PUBLISHED_TEST_MASTER_KEY = Buffer.from('coffer: published key for tests.', 'ascii')

/**
 * Payload keys, newest first: the first encrypts, all decrypt. Rotate by making a new master key the first and keeping
 * the former ones as long as any run that used them can still be read.
 */
export function payloadKeys(masterKey: Buffer, formerMasterKeys: readonly Buffer[] = []): readonly PayloadKey[] {
  return [masterKey, ...formerMasterKeys].map((master) => {
    const key = derive(master, 'temporal payloads')
    // The id names the key without telling anything about it: a hash of a key derived for nothing else.
    const id = createHash('sha256').update(derive(master, 'temporal payload key id')).digest('hex').slice(0, 8)
    return { id, key }
  })
}

/** 256 bits in hex: the path under which `api/codec.ts` serves the Temporal UI, the same in every process. */
export const codecEndpointSecret = (masterKey: Buffer): string =>
  derive(masterKey, 'temporal codec endpoint').toString('hex')

/** HKDF-SHA256 (RFC 5869); the purpose keeps each derived key apart from every other use of the master key. */
function derive(masterKey: Buffer, purpose: string): Buffer {
  if (masterKey.length !== 32) throw new RangeError('a master key has 32 bytes')
  return Buffer.from(hkdfSync('sha256', masterKey, 'coffer', purpose, 32))
}
