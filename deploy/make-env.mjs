// Makes every secret that docker-compose.yml asks for: node deploy/make-env.mjs > .env
// It uses no package, so it runs on a clone that has none installed. Keep what it prints: data is encrypted with it.
import { generateKeyPairSync, randomBytes } from 'node:crypto'

const hex = (bytes) => randomBytes(bytes).toString('hex')
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const base64 = (key, type) => key.export({ format: 'der', type }).toString('base64')

const secrets = {
  POSTGRES_PASSWORD: hex(16),
  OWNER_PASSWORD: hex(16),
  APP_PASSWORD: hex(16),
  COFFER_MASTER_KEY: hex(32),
  COFFER_ID_SALT: hex(16),
  PROVIDER_SIGNING_KEY: base64(privateKey, 'pkcs8'),
  PROVIDER_PUBLIC_KEY: base64(publicKey, 'spki'),
  CALLBACK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
  SANDBOX_ADMIN_KEY: hex(16)
}

for (const [name, value] of Object.entries(secrets)) console.log(`${name}=${value}`)
