import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateSigningKeys } from '../providers/keys.ts'

/** Everything secret that a local installation needs; made once, since data is encrypted and ids are salted with it. */
export interface Secrets {
  readonly superuserPassword: string
  readonly ownerPassword: string
  readonly appPassword: string
  /** 32 bytes in hex. */
  readonly masterKey: string
  readonly idSalt: string
  /** Ed25519, PKCS#8 in base64. */
  readonly providerSigningKey: string
  /** Its public half, SPKI in base64: what the sandbox checks our requests with. */
  readonly providerPublicKey: string
  /** Standard Webhooks, `whsec_…`. */
  readonly callbackSecret: string
  readonly sandboxAdminKey: string
}

/** Reads `secrets.json`, or makes it (mode 600). */
export function ensureSecrets(home: string): Secrets {
  const file = join(home, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  const secrets = newSecrets()
  writePrivately(file, secrets)
  return secrets
}

/** Only its owner may read it, from the first byte on; a reader sees the former file or the new one, whole. */
export function writePrivately(file: string, content: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

function newSecrets(): Secrets {
  const { privateKey, publicKey } = generateSigningKeys()
  return {
    superuserPassword: hex(16),
    ownerPassword: hex(16),
    appPassword: hex(16),
    masterKey: hex(32),
    idSalt: hex(16),
    providerSigningKey: privateKey,
    providerPublicKey: publicKey,
    callbackSecret: `whsec_${randomBytes(32).toString('base64')}`,
    sandboxAdminKey: hex(16)
  }
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex')
