import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ensurePrograms, ensureWorkflowBundle } from '../../local/builds.ts'
import { startPart } from '../../local/part.ts'
import { sandboxPart } from '../../local/parts.ts'
import { ensureSecrets } from '../../local/secrets.ts'
import { readSettings } from '../../local/settings.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'coffer bundle '))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('the workflow bundle', () => {
  const folder = () => join(home, 'workflow-bundle')
  const builds = () => readdirSync(folder()).map((name) => join(folder(), name))

  it('is made when there is none of these sources, and replaces that of others', async () => {
    mkdirSync(join(folder(), 'of other sources'), { recursive: true })
    const file = await ensureWorkflowBundle(home)
    expect(readFileSync(file, 'utf8')).toContain('__TEMPORAL__')
    expect(builds()).toEqual([dirname(file)])
  })

  it('is the one of the last start as long as its sources are the same', async () => {
    const file = await ensureWorkflowBundle(home)
    writeFileSync(file, 'kept')
    expect(await ensureWorkflowBundle(home)).toBe(file)
    expect(readFileSync(file, 'utf8')).toBe('kept')
  })

  it('is made again where making it was cut off', async () => {
    const file = await ensureWorkflowBundle(home)
    writeFileSync(file, 'half')
    rmSync(join(dirname(file), 'finished'))
    expect(readFileSync(await ensureWorkflowBundle(home), 'utf8')).toContain('__TEMPORAL__')
  })
})

describe('the parts as programs', () => {
  it('are one file each, with which a part starts', async () => {
    const { sandbox, worker, api } = await ensurePrograms(home)
    expect([worker, api].map((file) => readFileSync(file, 'utf8').length > 100_000)).toEqual([true, true])
    const settings = await readSettings({ COFFER_HOME: home, SANDBOX_PORT: '0' }, [])
    const command = sandboxPart(sandbox, settings, ensureSecrets(home))
    const log = join(home, 'sandbox.log')
    const part = await startPart(command, log)
    await part.stop()
    expect(readFileSync(log, 'utf8')).toMatch(/^listening /m)
  })
})
