import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** A data key of one owner, sealed under the master key. */
export interface WrappedKey {
  readonly wrappedKey: Buffer
  readonly masterKeyId: string
}

/** Everything that is derived from the master key to keep records secret; the key itself stays inside. */
export interface Vault {
  newKey(ownerId: string): WrappedKey
  /** Sealed for this place only: moved to another owner, kind or reference it does not open. */
  seal(key: WrappedKey, ownerId: string, place: string, plaintext: string): Buffer
  /** @throws {Error} when key, owner, place or ciphertext do not belong together. */
  open(key: WrappedKey, ownerId: string, place: string, ciphertext: Buffer): string
  /** Equal texts of one kind have equal indexes; without the key an index tells nothing. */
  blindIndex(kind: string, normalised: string): Buffer
  /** For replies that are kept for a day, not for personal data: the key is the installation's, not an owner's. */
  sealReply(place: string, plaintext: string): Buffer
  openReply(place: string, ciphertext: Buffer): string
  /** For files that are kept as they came, and name people who are not ours; bound to their hash. */
  sealFile(hash: string, plaintext: string): Buffer
  openFile(hash: string, ciphertext: Buffer): string
  /** For the secrets that we sign webhooks with; bound to whose they are. */
  sealSecret(place: string, plaintext: string): Buffer
  openSecret(place: string, ciphertext: Buffer): string
  /** Goes into the hash of a PIN: six digits alone would be guessed from a stolen table within seconds. */
  readonly pinPepper: Buffer
  /** Signs access tokens. */
  readonly sessionKey: Buffer
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** @throws {RangeError} unless the master key has 32 bytes. */
export function createVault(masterKey: Buffer): Vault {
  if (masterKey.length !== 32) throw new RangeError('a master key has 32 bytes')
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, 'coffer', purpose, 32))
  const [wrapping, indexing, replies, files, secrets] = [
    derive('personal key wrap'),
    derive('personal blind index'),
    derive('stored replies'),
    derive('kept files'),
    derive('webhook secrets')
  ]
  const masterKeyId = createHash('sha256').update(derive('personal key id')).digest('hex').slice(0, 16)

  const unwrap = (key: WrappedKey, ownerId: string): Buffer => {
    if (key.masterKeyId !== masterKeyId) throw new Error(`no master key ${key.masterKeyId} for ${ownerId}`)
    return decrypt(wrapping, ownerId, key.wrappedKey)
  }
  return {
    newKey: (ownerId) => ({ wrappedKey: encrypt(wrapping, ownerId, randomBytes(32)), masterKeyId }),
    seal: (key, ownerId, place, plaintext) =>
      encrypt(unwrap(key, ownerId), `${ownerId}|${place}`, Buffer.from(plaintext, 'utf8')),
    open: (key, ownerId, place, ciphertext) =>
      decrypt(unwrap(key, ownerId), `${ownerId}|${place}`, ciphertext).toString('utf8'),
    blindIndex: (kind, normalised) => createHmac('sha256', indexing).update(`${kind}|${normalised}`).digest(),
    sealReply: (place, plaintext) => encrypt(replies, place, Buffer.from(plaintext, 'utf8')),
    openReply: (place, ciphertext) => decrypt(replies, place, ciphertext).toString('utf8'),
    sealFile: (hash, plaintext) => encrypt(files, hash, Buffer.from(plaintext, 'utf8')),
    openFile: (hash, ciphertext) => decrypt(files, hash, ciphertext).toString('utf8'),
    sealSecret: (place, plaintext) => encrypt(secrets, place, Buffer.from(plaintext, 'utf8')),
    openSecret: (place, ciphertext) => decrypt(secrets, place, ciphertext).toString('utf8'),
    pinPepper: derive('pin pepper'),
    sessionKey: derive('session tokens')
  }
}

/** AES-256-GCM: IV, tag, ciphertext. Random IVs are safe far beyond what one owner's key ever seals. */
function encrypt(key: Buffer, boundTo: string, plaintext: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(boundTo, 'utf8'))
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

function decrypt(key: Buffer, boundTo: string, sealed: Buffer): Buffer {
  const tagEnd = IV_BYTES + TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(boundTo, 'utf8')).setAuthTag(sealed.subarray(IV_BYTES, tagEnd))
  return Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()])
}
