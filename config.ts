import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { mergePolicy, type Policy } from './domain/policy/index.ts'

const port = (otherwise: number) => z.coerce.number().int().min(0).max(65_535).default(otherwise)
const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .default('')
  .transform((text) => text === 'true' || text === '1')
const url = z.url()

/** 32 bytes as 64 hex digits or base64. */
const key32 = z.string().transform((text, context) => {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (bytes.length === 32) return bytes
  context.addIssue({ code: 'custom', message: 'must be 32 bytes in hex or base64 (openssl rand -hex 32)' })
  return z.NEVER
})

/** Every variable that any part of Coffer reads; `docker-compose.yml` is checked against these names. */
const Environment = z.object({
  /** `local` (npm start), `test` (npm test) or `production`; only the first two let the business clock be moved. */
  COFFER_MODE: z.enum(['local', 'test', 'production']).default('production'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port(3000),
  /** How the API is reached from outside: status links, the codec endpoint. */
  API_URL: url.optional(),
  /** The application role: owns nothing, writes money only through `post_units`. */
  DATABASE_URL: url,
  /** The owner: migrates. Only `local/`, the tests and the migrate step have it. */
  DATABASE_OWNER_URL: url.optional(),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(200).default(16),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TLS: flag,
  TEMPORAL_API_KEY: z.string().min(1).optional(),
  TEMPORAL_TASK_QUEUE: z.string().default('coffer'),
  /** The Temporal UI, for links and the codec's CORS origin; without it there are neither. */
  TEMPORAL_UI_URL: url.optional(),
  /** A JSON file merged over the default policies. */
  COFFER_POLICY: z.string().optional(),
  /** Wraps each customer's key; the payload codec's, sessions' and look-up keys are derived from it. */
  COFFER_MASTER_KEY: key32,
  /** Salts the ids that are derived from idempotency keys. Never change it on a live system. */
  COFFER_ID_SALT: z.string().min(16),
  /** The outside world: banks and the like. */
  PROVIDER_URL: url,
  /** Ed25519 private key (PKCS#8, base64) that signs our requests to providers, RFC 9421. */
  PROVIDER_SIGNING_KEY: z.string().min(1),
  /** Standard Webhooks secret (`whsec_…`) under which providers sign their callbacks. */
  CALLBACK_SECRET: z.string().startsWith('whsec_'),
  /** Serves the codec endpoint for the Temporal UI under a secret path (local mode), off otherwise. */
  CODEC_ENDPOINT: flag,
  /** Local and test mode only: webhooks may go to this machine, without TLS too. */
  WEBHOOK_LOOPBACK: flag,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** A file with the bundled workflows; without it the worker bundles them when it starts. */
  WORKFLOW_BUNDLE: z.string().optional(),
  /** Test mode only: the process kills itself (SIGKILL) at the named crash point, see `activities/crash-points.ts`. */
  CRASH_AT: z.string().optional()
})

export type Config = Readonly<z.output<typeof Environment>>

/** The names of all variables, for the check of `docker-compose.yml`. */
export const variableNames: readonly string[] = Object.keys(Environment.shape)

/**
 * Reads the whole environment once; empty variables count as absent.
 * @throws {Error} one line a variable that is missing or malformed, never its value.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
    throw new Error(`The environment is not complete:\n${lines.join('\n')}`)
  }
  if (parsed.data.WEBHOOK_LOOPBACK && parsed.data.COFFER_MODE === 'production')
    throw new Error('WEBHOOK_LOOPBACK is for local and test mode only')
  if (parsed.data.CRASH_AT && parsed.data.COFFER_MODE !== 'test') throw new Error('CRASH_AT is for test mode only')
  return Object.freeze(parsed.data)
}

/**
 * The defaults with the file that `COFFER_POLICY` names laid over them.
 * @throws {Error} when the file cannot be read, or says what no policy knows.
 */
export const loadPolicy = async ({ COFFER_POLICY }: Pick<Config, 'COFFER_POLICY'>): Promise<Policy> =>
  mergePolicy(COFFER_POLICY === undefined ? {} : JSON.parse(await readFile(COFFER_POLICY, 'utf8')))

/** What `npm run verify` is told: a local installation's home, or the parts one by one, which win. */
const VerifyEnvironment = z.object({
  COFFER_HOME: z.string().default('.coffer'),
  DATABASE_URL: url.optional(),
  SANDBOX_URL: url.optional(),
  SANDBOX_ADMIN_KEY: z.string().optional(),
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TLS: flag,
  TEMPORAL_API_KEY: z.string().min(1).optional()
})

export type VerifyConfig = Readonly<z.output<typeof VerifyEnvironment>>

export const loadVerifyConfig = (environment: NodeJS.ProcessEnv = process.env): VerifyConfig =>
  VerifyEnvironment.parse(Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')))

/** What `npm run migrate` is told: the owner, who migrates, and the application, to whose role the grants go. */
const MigrateEnvironment = z.object({ DATABASE_OWNER_URL: url, DATABASE_URL: url })

/** @throws {Error} naming what is missing or malformed. */
export function loadMigrateConfig(environment: NodeJS.ProcessEnv = process.env): z.output<typeof MigrateEnvironment> {
  const parsed = MigrateEnvironment.safeParse(environment)
  if (parsed.success) return parsed.data
  const names = parsed.error.issues.map(({ path }) => path.join('.')).join(' and ')
  throw new Error(`${names}: a Postgres URL is needed, for the owner and for the application`)
}
