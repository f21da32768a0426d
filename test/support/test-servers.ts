import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../db/migrate.ts'
import { appRole, asSuperuser, ensureDatabase } from '../../local/ensure-database.ts'
import { deleteCluster } from '../../local/fresh.ts'
import { freePorts } from '../../local/free-ports.ts'
import { startPostgres } from '../../local/postgres.ts'
import { obtainTemporalCli } from '../../local/temporal-cli.ts'
import { startTemporal } from '../../local/temporal-server.ts'
import { bundleWorkflows } from '../../temporal/bundle.ts'
import { bundleParts } from '../../local/bundle-parts.ts'
import { contextVariable, type SharedContext, type TestContext } from './context.ts'

type Stop = () => Promise<void>

const template = 'template_coffer'

/**
 * Starts what all test files share, once a run: Postgres with a migrated template database, Temporal, and the bundles
 * of the workflows and of the parts; beside a running `npm start`, on ports of its own. What tests need to know goes to them in a file.
 * @returns what stops it all and deletes it.
 */
export async function startTestServers(): Promise<Stop> {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-test-'))
  // Root's Postgres runs as another user, who has to get through.
  chmodSync(directory, 0o711)
  const stops: Stop[] = []
  const stopAll: Stop = async () => {
    await Promise.all(stops.map((stop) => stop()))
    deleteCluster(join(directory, 'postgres'))
    rmSync(directory, { recursive: true, force: true })
  }
  // Jest dies of Ctrl-C without a teardown, and the servers are in process groups of their own.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void stopAll().finally(() => process.exit(1)))
  }
  try {
    const [postgresPort, temporalPort] = await freePorts(2)
    const shared: SharedContext = { values: {}, failures: {} }
    await Promise.all([
      gather(shared, ['superuserUrl', 'template', 'ownerPassword', 'appPassword'], () =>
        postgresWithTemplate(directory, postgresPort!, stops)
      ),
      gather(shared, ['temporalAddress', 'temporalNamespace', 'temporalBinary'], () =>
        temporalServer(directory, temporalPort!, stops)
      ),
      gather(shared, ['workflowBundlePath'], () => workflowBundle(directory)),
      gather(shared, ['partsDirectory'], () => partBundles(directory))
    ])
    const file = join(directory, 'context.json')
    writeFileSync(file, JSON.stringify(shared), { mode: 0o600 })
    process.env[contextVariable] = file
    return stopAll
  } catch (error) {
    await stopAll()
    throw error
  }
}

async function postgresWithTemplate(directory: string, port: number, stops: Stop[]) {
  const [superuserPassword, ownerPassword, appPassword] = [secret(), secret(), secret()]
  const options = { directory: join(directory, 'postgres'), port, superuserPassword }
  const postgres = await startPostgres(options, join(directory, 'postgres.log'))
  stops.push(() => postgres.stop())
  const { superuserUrl } = postgres
  const { ownerUrl } = await ensureDatabase(superuserUrl, { name: template, ownerPassword, appPassword })
  await migrate(ownerUrl, appRole, { movableClock: true })
  // Nobody may connect from now on: a template that is in use cannot be cloned.
  await asSuperuser(superuserUrl, (client) =>
    client.query(`alter database ${template} with is_template true allow_connections false`)
  )
  return { superuserUrl, template, ownerPassword, appPassword }
}

/**
 * A run is deleted once it is on record that the tasks of its end are done, which is written down every 30 s otherwise:
 * tests that have Temporal forget a run would wait for it.
 */
const quickDeletion = {
  'history.transferProcessorUpdateAckInterval': '"500ms"',
  'history.visibilityProcessorUpdateAckInterval': '"500ms"',
  'history.timerProcessorUpdateAckInterval': '"500ms"'
}

async function temporalServer(directory: string, port: number, stops: Stop[]) {
  const binary = await obtainTemporalCli({ environment: process.env, say: console.log })
  const databaseFile = join(directory, 'temporal.db')
  const options = { binary, port, databaseFile, namespace: 'default', dynamicConfig: quickDeletion }
  const temporal = await startTemporal(options, join(directory, 'temporal.log'))
  stops.push(() => temporal.stop())
  return { temporalAddress: temporal.address, temporalNamespace: 'default', temporalBinary: binary }
}

async function workflowBundle(directory: string) {
  const workflowBundlePath = join(directory, 'workflow-bundle.js')
  const { code } = await bundleWorkflows()
  writeFileSync(workflowBundlePath, code)
  return { workflowBundlePath }
}

async function partBundles(directory: string) {
  const partsDirectory = join(directory, 'parts')
  mkdirSync(partsDirectory)
  await bundleParts(partsDirectory)
  return { partsDirectory }
}

const secret = () => randomBytes(16).toString('hex')

/** A part that does not start fails the tests that ask for it, and says so; a test of pure rules goes on. */
async function gather<Name extends keyof TestContext>(
  { values, failures }: SharedContext,
  names: readonly Name[],
  start: () => Promise<Pick<TestContext, Name>>
): Promise<void> {
  try {
    Object.assign(values, await start())
  } catch (error) {
    console.error(`Test set-up: ${names.join(', ')} cannot be had:`, error)
    for (const name of names) failures[name] = String(error)
  }
}
