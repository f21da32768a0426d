import { join } from 'node:path'
import { loadConfig } from '../config.ts'
import { migrate } from '../db/migrate.ts'
import { codecEndpointSecret } from '../temporal/keys.ts'
import { ensureWorkflowBundle } from './builds.ts'
import { readCredentials, writeCredentials, type Credentials, type Seed, type Seeded } from './credentials.ts'
import { appRole, databaseUrls, ensureDatabase, type DatabaseUrls } from './ensure-database.ts'
import type { Installation } from './installation.ts'
import { partEnvironment } from './part-environment.ts'
import { apiUrl, nodePart, sandboxPart, sandboxUrl, temporalAddress, temporalUiUrl, type Programs } from './parts.ts'
import { preparePostgres, superuserUrl } from './postgres.ts'
import type { Secrets } from './secrets.ts'
import type { Settings } from './settings.ts'
import { obtainTemporalCli } from './temporal-cli.ts'
import { temporalCommand } from './temporal-server.ts'

export interface StartInput {
  readonly settings: Settings
  readonly secrets: Secrets
  readonly installation: Installation
  readonly programs: (home: string) => Promise<Programs>
  readonly seed: Seed
  readonly say: (line: string) => void
}

/** Starts everything in the order in which it needs each other, as much as possible at once. */
export async function startParts(input: StartInput): Promise<Credentials> {
  const { settings, secrets, installation } = input
  const given = settings.database
  const embedded = databaseUrls(superuserUrl(postgresOptions(input)), databaseName, secrets)
  const environment = partEnvironment(settings, secrets, given?.appUrl ?? embedded.appUrl)
  const config = loadConfig(environment)
  const codecUrl =
    temporalUiUrl(settings) && `${apiUrl(settings.ports)}/codec/${codecEndpointSecret(config.COFFER_MASTER_KEY)}`

  const programs = input.programs(settings.home)
  const [workflowBundle, ownerUrl, { worker, api }] = await Promise.all([
    settings.environment.WORKFLOW_BUNDLE || ensureWorkflowBundle(settings.home),
    given ? migrateGiven(given, input.say) : startDatabase(input),
    programs,
    settings.temporal ? undefined : startTemporal(input, codecUrl),
    programs.then(({ sandbox }) => installation.run('sandbox', () => sandboxPart(sandbox, settings, secrets)))
  ])
  await Promise.all([
    installation.run('worker', () =>
      nodePart('worker', worker, { environment: { ...environment, WORKFLOW_BUNDLE: workflowBundle } })
    ),
    installation.run('api', () => nodePart('api', api, { environment }))
  ])

  const urls = { apiUrl: apiUrl(settings.ports), sandboxUrl: sandboxUrl(settings.ports) }
  const { sandboxAdminKey } = secrets
  const former = readCredentials(settings.home)
  const credentialsFor = ({ keys, seed }: Seeded): Credentials => ({
    api_url: urls.apiUrl,
    docs_url: `${urls.apiUrl}/docs/`,
    temporal_ui_url: temporalUiUrl(settings) ?? null,
    temporal_address: temporalAddress(settings),
    sandbox_url: urls.sandboxUrl,
    database_url: config.DATABASE_URL,
    database_owner_url: ownerUrl ?? null,
    codec_url: codecUrl ?? null,
    sandbox_admin_key: sandboxAdminKey,
    keys,
    seed
  })
  const remember = (seeded: Seeded) => writeCredentials(settings.home, credentialsFor(seeded))
  const credentials = credentialsFor(await input.seed({ config, ...urls, sandboxAdminKey, ownerUrl, former, remember }))
  writeCredentials(settings.home, credentials)
  return credentials
}

const databaseName = 'coffer'

const postgresOptions = ({ settings: { home, ports }, secrets: { superuserPassword } }: StartInput) => ({
  directory: join(home, 'postgres'),
  port: ports.POSTGRES_PORT,
  superuserPassword
})

async function startDatabase(input: StartInput): Promise<string> {
  const options = postgresOptions(input)
  await input.installation.run('postgres', () => preparePostgres(options))
  const { ownerPassword, appPassword } = input.secrets
  const roles = { name: databaseName, ownerPassword, appPassword }
  const { ownerUrl }: DatabaseUrls = await ensureDatabase(superuserUrl(options), roles)
  await migrate(ownerUrl, appRole, { movableClock: true })
  return ownerUrl
}

/** Someone else's database: we may only migrate it when we were given its owner. */
async function migrateGiven(
  { appUrl, ownerUrl }: NonNullable<Settings['database']>,
  say: StartInput['say']
): Promise<string | undefined> {
  if (ownerUrl) await migrate(ownerUrl, decodeURIComponent(new URL(appUrl).username), { movableClock: true })
  else say('DATABASE_OWNER_URL is not set: the database is taken as migrated already')
  return ownerUrl
}

async function startTemporal(input: StartInput, codecEndpoint: string | undefined): Promise<void> {
  const { home, ports, namespace, environment } = input.settings
  const binary = await obtainTemporalCli({ environment, say: input.say })
  const databaseFile = join(home, 'temporal', 'temporal.db')
  const options = { binary, port: ports.TEMPORAL_PORT, uiPort: ports.TEMPORAL_UI_PORT, databaseFile, codecEndpoint }
  await input.installation.run('temporal', () => temporalCommand({ ...options, namespace }))
}
