import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

export interface SigningKeys {
  /** Ed25519, PKCS#8 DER in base64: `PROVIDER_SIGNING_KEY`. */
  readonly privateKey: string
  /** Ed25519, SPKI DER in base64: what a provider is given. */
  readonly publicKey: string
}

/** A new Ed25519 key pair for signing requests to providers; `local/` and the tests make one, live systems bring theirs. */
export function generateSigningKeys(): SigningKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: spkiOf(publicKey).toString('base64')
  }
}

/** @throws {TypeError} when the text is not an Ed25519 private key; the message never shows the key. */
export function readPrivateKey(privateKey: string): KeyObject {
  const key = parsePrivateKey(privateKey)
  if (key?.asymmetricKeyType !== 'ed25519') throw new TypeError('the signing key is not Ed25519 in PKCS#8 and base64')
  return key
}

/** The name under which a provider knows our key: 128 bits of SHA-256 over its public half (SPKI), in hex. */
export const keyIdOf = (privateKey: KeyObject): string =>
  createHash('sha256')
    .update(spkiOf(createPublicKey(privateKey)))
    .digest('hex')
    .slice(0, 32)

const spkiOf = (publicKey: KeyObject): Buffer => publicKey.export({ format: 'der', type: 'spki' })

const parsePrivateKey = (privateKey: string): KeyObject | undefined => {
  try {
    return createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
  } catch {
    return undefined
  }
}
