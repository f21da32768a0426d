import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureWorkflowBundle } from '../../local/workflow-bundle.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'coffer bundle '))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('the workflow bundle', () => {
  it('is made when there is none of these sources, and replaces that of others', async () => {
    mkdirSync(join(home, 'workflow-bundle'))
    writeFileSync(join(home, 'workflow-bundle', 'of other sources.js'), '')
    const file = await ensureWorkflowBundle(home)
    expect(readFileSync(file, 'utf8')).toContain('__TEMPORAL__')
    expect(readdirSync(join(home, 'workflow-bundle')).map((name) => join(home, 'workflow-bundle', name))).toEqual([
      file
    ])
  })

  it('is the one of the last start as long as its sources are the same', async () => {
    const file = await ensureWorkflowBundle(home)
    writeFileSync(file, 'kept')
    expect(await ensureWorkflowBundle(home)).toBe(file)
    expect(readFileSync(file, 'utf8')).toBe('kept')
  })
})
