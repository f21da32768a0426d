import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts, isTaken } from './free-ports.ts'

export const projectRoot = fileURLToPath(new URL('..', import.meta.url))

/** The ports of a local installation by the variable that moves each. */
const defaultPorts = {
  PORT: 3000,
  SANDBOX_PORT: 3001,
  POSTGRES_PORT: 54329,
  TEMPORAL_PORT: 7233,
  TEMPORAL_UI_PORT: 8233
}
export type Ports = Record<keyof typeof defaultPorts, number>

/** What `npm start` is told by the environment and its arguments. */
export interface Settings {
  readonly home: string
  readonly fresh: boolean
  readonly ports: Ports
  /** Given instead of the embedded Postgres. */
  readonly database?: { readonly appUrl: string; readonly ownerUrl?: string }
  /** Given instead of the embedded Temporal server. */
  readonly temporal?: { readonly address: string; readonly uiUrl?: string }
  readonly namespace: string
  readonly environment: NodeJS.ProcessEnv
}

/** @throws {Error} naming the variable or argument that cannot be understood. */
export async function readSettings(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<Settings> {
  const unknown = args.find((argument) => argument !== '--fresh')
  if (unknown !== undefined) throw new Error(`npm start does not know ${unknown}; it knows --fresh (delete all state)`)
  const { DATABASE_URL, DATABASE_OWNER_URL, TEMPORAL_ADDRESS, TEMPORAL_UI_URL } = environment
  if (DATABASE_OWNER_URL && !DATABASE_URL) throw new Error('DATABASE_OWNER_URL is set: set DATABASE_URL as well')
  return {
    home: resolve(projectRoot, environment.COFFER_HOME || '.coffer'),
    fresh: args.includes('--fresh'),
    ports: await readPorts(environment),
    database: DATABASE_URL ? { appUrl: DATABASE_URL, ownerUrl: DATABASE_OWNER_URL || undefined } : undefined,
    temporal: TEMPORAL_ADDRESS ? { address: TEMPORAL_ADDRESS, uiUrl: TEMPORAL_UI_URL || undefined } : undefined,
    namespace: environment.TEMPORAL_NAMESPACE || 'default',
    environment
  }
}

/** @throws {Error} naming every port that is taken and the variable that moves it. */
export async function assertPortsFree({ ports, database, temporal }: Settings): Promise<void> {
  const needed = Object.entries(ports).filter(
    ([name]) => !(database && name === 'POSTGRES_PORT') && !(temporal && name.startsWith('TEMPORAL'))
  )
  const lines: string[] = []
  for (const [index, [name, port]] of needed.entries()) {
    const sameAs = needed.slice(0, index).find(([, other]) => other === port)?.[0]
    if (sameAs) lines.push(`${name} and ${sameAs} are both ${port}: set ${name} to another port`)
    else if (await isTaken(port)) lines.push(`Port ${port} is taken: set ${name} to a free one`)
  }
  if (lines.length > 0) throw new Error(lines.join('\n'))
}

/** 0 means any free port. */
async function readPorts(environment: NodeJS.ProcessEnv): Promise<Ports> {
  const free = await freePorts(Object.keys(defaultPorts).length)
  const read = ([name, otherwise]: [string, number]) => {
    const text = environment[name] || String(otherwise)
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new Error(`${name}=${text} is no port`)
    return [name, Number(text) || free.pop()]
  }
  return Object.fromEntries(Object.entries(defaultPorts).map(read)) as Ports
}
