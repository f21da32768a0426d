import { join } from 'node:path'
import { migrate } from '../db/migrate.ts'
import { appRole, databaseUrls, ensureDatabase } from '../local/ensure-database.ts'
import { freePorts } from '../local/free-ports.ts'
import { preparePostgres, superuserUrl } from '../local/postgres.ts'
import type { Secrets } from '../local/secrets.ts'
import { obtainTemporalCli } from '../local/temporal-cli.ts'
import { temporalCommand } from '../local/temporal-server.ts'
import { ensurePrograms, ensureWorkflowBundle } from '../local/builds.ts'
import type { Programs } from '../local/parts.ts'
import type { Component } from './components.ts'
import type { PartCommand } from '../local/part.ts'

/** Postgres and Temporal, as the product is told to reach them, and what is built of the product before it starts. */
export interface Servers {
  readonly databaseUrl: string
  readonly temporalAddress: string
  readonly namespace: string
  readonly workflowBundle: string
  readonly programs: Programs
  /** Loaded into every part: those who lend their servers have a way to end what outlives them. */
  readonly preload?: string
}

type CreateComponent = (
  component: Pick<Component, 'name' | 'role'>,
  command: () => PartCommand | Promise<PartCommand>
) => Component

const DATABASE = 'coffer'

/** Servers of its own, which may be killed: their data is in `home`, and found again by the next start there. */
export async function startOwnServers(
  home: string,
  secrets: Secrets,
  create: CreateComponent,
  say: (line: string) => void
): Promise<Servers & { readonly temporalFolder: string }> {
  const [postgresPort, temporalPort] = await freePorts(2)
  const { superuserPassword } = secrets
  const postgresOptions = { directory: join(home, 'postgres'), port: postgresPort!, superuserPassword }
  const temporalFolder = join(home, 'temporal')
  const temporalOptions = {
    binary: await obtainTemporalCli({ environment: process.env, say }),
    port: temporalPort!,
    databaseFile: join(temporalFolder, 'temporal.db'),
    namespace: 'default'
  }
  const postgres = create({ name: 'postgres', role: 'postgres' }, () => preparePostgres(postgresOptions))
  const temporal = create({ name: 'temporal', role: 'temporal' }, () => temporalCommand(temporalOptions))
  const started = Promise.all([postgres.start(), temporal.start()])
  const [workflowBundle, programs] = await Promise.all([ensureWorkflowBundle(home), ensurePrograms(home), started])
  const superuser = superuserUrl(postgresOptions)
  const { ownerUrl } = await ensureDatabase(superuser, { name: DATABASE, ...secrets })
  await migrate(ownerUrl, appRole, { movableClock: true })
  return {
    databaseUrl: databaseUrls(superuser, DATABASE, secrets).appUrl,
    temporalAddress: `127.0.0.1:${temporalPort}`,
    namespace: 'default',
    workflowBundle,
    programs,
    temporalFolder
  }
}
