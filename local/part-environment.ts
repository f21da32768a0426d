import { resolve } from 'node:path'
import { apiUrl, sandboxUrl, temporalAddress, temporalUiUrl } from './parts.ts'
import type { Secrets } from './secrets.ts'
import type { Settings } from './settings.ts'

/**
 * The environment of API and worker: what the user set, completed as `config.ts` wants it. The owner's database
 * address is not in it: who serves requests must not be able to change the schema.
 */
export function partEnvironment(settings: Settings, secrets: Secrets, databaseUrl: string): NodeJS.ProcessEnv {
  const { environment, ports, namespace } = settings
  const { DATABASE_OWNER_URL: _withheld, ...given } = environment
  return {
    ...given,
    COFFER_MODE: environment.COFFER_MODE === 'test' ? 'test' : 'local',
    HOST: '127.0.0.1',
    PORT: String(ports.PORT),
    API_URL: apiUrl(ports),
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress(settings),
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_UI_URL: temporalUiUrl(settings),
    COFFER_POLICY: environment.COFFER_POLICY && resolve(environment.COFFER_POLICY),
    ...keyMaterial(environment, secrets),
    PROVIDER_URL: sandboxUrl(ports),
    PROVIDER_SIGNING_KEY: secrets.providerSigningKey,
    CALLBACK_SECRET: secrets.callbackSecret,
    CODEC_ENDPOINT: 'true',
    WEBHOOK_LOOPBACK: 'true'
  }
}

/** Both may be given from outside: then they must stay the same as long as the data lives. */
const keyMaterial = (environment: NodeJS.ProcessEnv, secrets: Secrets) => ({
  COFFER_MASTER_KEY: environment.COFFER_MASTER_KEY || secrets.masterKey,
  COFFER_ID_SALT: environment.COFFER_ID_SALT || secrets.idSalt
})
