import { mkdirSync } from 'node:fs'
import type { Seed } from './credentials.ts'
import { deleteState } from './fresh.ts'
import { Installation } from './installation.ts'
import { lockHome } from './instance-lock.ts'
import type { Programs } from './parts.ts'
import { ensureSecrets } from './secrets.ts'
import { assertPortsFree, readSettings, type Settings } from './settings.ts'
import { startParts } from './start-parts.ts'
import { welcome } from './welcome.ts'

export interface Product {
  /** Where they are, built when they have to be. */
  readonly programs: (home: string) => Promise<Programs>
  readonly seed: Seed
}

const say = (line: string): void => console.log(line)

/**
 * Starts everything, says `ready`, and stays until a signal comes; then stops everything.
 * @throws {Error} when it cannot start; nothing is left running then.
 */
export async function runSupervisor(product: Product): Promise<void> {
  // A terminal that is closed, or a pipe whose reader is gone: nobody hears, and the parts have to be stopped all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  // From the first moment on: a signal in the middle of the start stops what has been started.
  const signal = firstSignal()
  const settings = await readSettings(process.env, process.argv.slice(2))
  // Who runs Postgres may be another user, who has to get through; what is secret in here is closed by itself.
  mkdirSync(settings.home, { recursive: true, mode: 0o711 })
  const unlock = lockHome(settings.home)
  const installation = new Installation(settings.home, say)
  try {
    await Promise.race([start(settings, installation, product), signal])
    say(`${await signal}: stopping`)
  } finally {
    await installation.stop()
    unlock()
  }
}

async function start(settings: Settings, installation: Installation, { programs, seed }: Product): Promise<void> {
  const { home, fresh } = settings
  await installation.stopLeftovers()
  await assertPortsFree(settings)
  if (fresh) deleteState(home)
  const secrets = ensureSecrets(home)
  const credentials = await startParts({ settings, secrets, installation, programs, seed, say })
  say(welcome(credentials, home))
  say(`ready ${credentials.api_url}`)
}

/** npm passes a signal on that the terminal has sent already: whatever comes after the first one is ignored. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolve(name))
  })
}
