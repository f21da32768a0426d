import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testContext } from '../support/context.ts'
import { cloneDatabase, type ClonedDatabase } from '../support/database.ts'
import { DIE_WITH_TESTS } from '../support/part-command.ts'

const ROOT = join(import.meta.dirname, '../..')
/** About a minute on two processors that do nothing else. */
const RUN_MS_MAX = 400_000

let directory = ''
let database: ClonedDatabase
let said = ''
let exitCode: number | null = null
beforeAll(async () => {
  const { temporalAddress, temporalNamespace, workflowBundlePath } = testContext()
  directory = mkdtempSync(join(tmpdir(), 'coffer-chaos-'))
  database = await cloneDatabase()
  const servers = {
    databaseUrl: database.appUrl,
    temporalAddress,
    namespace: temporalNamespace,
    workflowBundle: workflowBundlePath,
    preload: DIE_WITH_TESTS
  }
  writeFileSync(join(directory, 'servers.json'), JSON.stringify(servers), { mode: 0o600 })
  await chaos('--size', 'small', '--seed', 'npm test', '--servers', join(directory, 'servers.json'))
}, RUN_MS_MAX)
afterAll(async () => {
  await database?.drop()
  rmSync(directory, { recursive: true, force: true })
})

describe('Chaos in its small size: fifteen faults under the traffic of every process', () => {
  it('leaves every oracle holding, and every request with the one effect that was told', () => {
    expect({ exitCode, said: exitCode === 0 ? '' : said }).toEqual({ exitCode: 0, said: '' })
    expect(said).toContain('all oracles hold')
  })

  it('has killed API, worker and sandbox, by a schedule that is on disk beside what became of it', () => {
    const { faults } = JSON.parse(readFileSync(join(directory, 'run', 'schedule.json'), 'utf8'))
    const struck = faults.map(({ fault }: { fault: string }) => fault)
    expect(struck).toEqual(expect.arrayContaining(['kill-api', 'kill-worker', 'kill-sandbox']))
    const [slice] = readFileSync(join(directory, 'run', 'progress.jsonl'), 'utf8').split('\n')
    expect(JSON.parse(slice!)).toMatchObject({ slice: 1, faults: faults.length, breaches: [], broken: [] })
  })

  it('has asked for enough to have something to judge', () => {
    const [slice] = readFileSync(join(directory, 'run', 'progress.jsonl'), 'utf8').split('\n')
    expect(JSON.parse(slice!).acknowledged).toBeGreaterThan(20)
  })
})

function chaos(...args: string[]): Promise<void> {
  return new Promise((resolve) => {
    const given = ['--import', 'tsx', 'chaos/main.ts', '--directory', join(directory, 'run'), ...args]
    const child = execFile(process.execPath, given, { cwd: ROOT, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) => {
      said = stdout + stderr
      exitCode = child.exitCode
      resolve()
    })
  })
}
