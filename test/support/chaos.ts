import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testContext } from './context.ts'
import { cloneDatabase } from './database.ts'
import { DIE_WITH_TESTS } from './part-command.ts'

const ROOT = join(import.meta.dirname, '../..')

export interface ChaosRun {
  readonly exitCode: number | null
  readonly said: string
  /** What it has written line by line. */
  lines(file: string): unknown[]
  read(file: string): string
  drop(): Promise<void>
}

/** `npm run chaos` with these arguments, on the tests' servers and a database of its own. */
export async function runChaosOnce(...args: string[]): Promise<ChaosRun> {
  const { temporalAddress, temporalNamespace, workflowBundlePath, partsDirectory } = testContext()
  const program = (name: string) => join(partsDirectory, `${name}.mjs`)
  const directory = mkdtempSync(join(tmpdir(), 'coffer-chaos-'))
  const database = await cloneDatabase()
  const servers = {
    databaseUrl: database.appUrl,
    temporalAddress,
    namespace: temporalNamespace,
    workflowBundle: workflowBundlePath,
    programs: { sandbox: program('sandbox'), worker: program('worker'), api: program('api') },
    preload: DIE_WITH_TESTS
  }
  const lent = join(directory, 'servers.json')
  writeFileSync(lent, JSON.stringify(servers), { mode: 0o600 })
  const run = join(directory, 'run')
  const given = ['--import', 'tsx', 'chaos/main.ts', '--directory', run, ...args, '--servers', lent]
  const ended = await new Promise<Pick<ChaosRun, 'exitCode' | 'said'>>((resolve) => {
    const child = execFile(process.execPath, given, { cwd: ROOT, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) =>
      resolve({ exitCode: child.exitCode, said: stdout + stderr })
    )
  })
  const read = (file: string) => readFileSync(join(run, file), 'utf8')
  return {
    ...ended,
    read,
    lines: (file) =>
      read(file)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    drop: async () => {
      await database.drop()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
