import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tsx } from './parts.ts'
import { projectRoot } from './settings.ts'

const program = fileURLToPath(new URL('bundle-workflows.ts', import.meta.url))

/** All that a workflow may be made of: the import table allows nothing else, and the lock file stands for packages. */
const sources = ['workflows', 'domain', 'temporal', 'package-lock.json']

/**
 * The bundled workflows as a file, kept from the last start as long as nothing they are made of has changed: bundling
 * takes seconds, and a worker that was killed should not have to wait for it.
 */
export async function ensureWorkflowBundle(home: string): Promise<string> {
  const folder = join(home, 'workflow-bundle')
  const file = join(folder, `${fingerprint()}.js`)
  if (existsSync(file)) return file
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await promisify(execFile)(process.execPath, ['--import', tsx, program, `${file}.unfinished`], { cwd: projectRoot })
  renameSync(`${file}.unfinished`, file)
  return file
}

function fingerprint(): string {
  const hash = createHash('sha256')
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
