import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tsx, type Programs } from './parts.ts'
import { projectRoot } from './settings.ts'

interface Build {
  /** Its folder in COFFER_HOME. */
  readonly name: string
  /** Run with the directory to fill: a program of its own, since bundlers are large and the supervisor lives long. */
  readonly program: string
  /** Folders and files that it may be made of; the lock file stands for packages. */
  readonly sources: readonly string[]
}

/** The import table allows a workflow nothing else. */
const workflows: Build = {
  name: 'workflow-bundle',
  program: 'local/bundle-workflows.ts',
  sources: ['workflows', 'domain', 'temporal', 'package-lock.json']
}

const parts: Build = {
  name: 'programs',
  program: 'local/bundle-programs.ts',
  sources: [
    ...['activities', 'api', 'db', 'domain', 'ledger', 'local', 'providers', 'sandbox', 'store', 'temporal'],
    ...['workflows', 'config.ts', 'worker.ts', 'package-lock.json']
  ]
}

/** @returns the file with the bundled workflows */
export const ensureWorkflowBundle = async (home: string): Promise<string> =>
  join(await ensureBuild(home, workflows), 'workflows.js')

/** The parts, each bundled into one file, so that one that was killed is back at once. */
export async function ensurePrograms(home: string): Promise<Programs> {
  const directory = await ensureBuild(home, parts)
  const program = (name: string) => join(directory, `${name}.mjs`)
  return { sandbox: program('sandbox'), worker: program('worker'), api: program('api') }
}

/**
 * Kept from the last start as long as nothing that it is made of has changed: bundling takes seconds.
 * @returns its directory
 */
async function ensureBuild(home: string, { name, program, sources }: Build): Promise<string> {
  const folder = join(home, name)
  const directory = join(folder, fingerprint(folder, sources))
  const finished = join(directory, 'finished')
  if (existsSync(finished)) return directory
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  await promisify(execFile)(process.execPath, ['--import', tsx, program, directory], { cwd: projectRoot })
  writeFileSync(finished, '')
  return directory
}

/** Of contents and places: bundles know by its address what they read beside the sources. */
function fingerprint(folder: string, sources: readonly string[]): string {
  const hash = createHash('sha256').update(`${projectRoot}\0${folder}\0`)
  for (const source of sources.flatMap(filesOf))
    hash.update(`${source}\0`).update(readFileSync(join(projectRoot, source)))
  return hash.digest('hex').slice(0, 16)
}

function filesOf(source: string): string[] {
  if (source.includes('.')) return [source]
  const names = readdirSync(join(projectRoot, source), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => `${source}/${name}`)
}
