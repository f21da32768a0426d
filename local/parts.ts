import { join } from 'node:path'
import type { PartCommand } from './part.ts'
import type { Secrets } from './secrets.ts'
import { projectRoot, type Settings } from './settings.ts'

/** The file that runs each of the project's own parts. */
export type Programs = Readonly<Record<'sandbox' | 'worker' | 'api', string>>

/** From anywhere: a relative `--import tsx` is looked up from the working directory. */
export const tsx = import.meta.resolve('tsx')

/** A part that says `listening …` on a line of its own when it is ready. */
export const nodePart = (
  name: string,
  program: string,
  { args = [], environment }: { args?: readonly string[]; environment: NodeJS.ProcessEnv }
): PartCommand => ({
  name,
  command: process.execPath,
  args: [...(program.endsWith('.ts') ? ['--import', tsx] : ['--enable-source-maps']), program, ...args],
  environment,
  directory: projectRoot,
  isReady: async (log) => /^listening /m.test(await log()),
  readyLimitMs: 60_000,
  stopSignals: ['SIGTERM'],
  // Longer than the grace that the worker gives its activities and the API its requests.
  stopLimitMs: 30_000
})

/** The sandbox knows nothing of the product's configuration: the other side has arguments. */
export const sandboxPart = (program: string, { ports, home }: Settings, secrets: Secrets): PartCommand => {
  const args = {
    port: ports.SANDBOX_PORT,
    state: join(home, 'sandbox'),
    'admin-key': secrets.sandboxAdminKey,
    'client-key': secrets.providerPublicKey,
    'callback-url': apiUrl(ports),
    'callback-secret': secrets.callbackSecret
  }
  const list = Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)])
  return nodePart('sandbox', program, { args: list, environment: { PATH: process.env.PATH, HOME: process.env.HOME } })
}

const loopback = (port: number): string => `http://127.0.0.1:${port}`
export const apiUrl = ({ PORT }: Pick<Settings['ports'], 'PORT'>): string => loopback(PORT)
export const sandboxUrl = ({ SANDBOX_PORT }: Pick<Settings['ports'], 'SANDBOX_PORT'>): string => loopback(SANDBOX_PORT)

/** The Temporal UI: ours, or that of the server which was given, if that is known. */
export const temporalUiUrl = ({ temporal, ports }: Settings): string | undefined =>
  temporal ? temporal.uiUrl : loopback(ports.TEMPORAL_UI_PORT)

export const temporalAddress = ({ temporal, ports }: Settings): string =>
  temporal?.address ?? `127.0.0.1:${ports.TEMPORAL_PORT}`
