import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const script = join(import.meta.dirname, '../../local/ensure-packages.mjs')
let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'coffer packages '))
  mkdirSync(join(project, 'node_modules'))
  write('package.json', { engines: { node: '>=20.19' } })
  write('package-lock.json', { packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, ...foreign } })
})
afterEach(() => rmSync(project, { recursive: true, force: true }))

const foreign = { 'node_modules/for-another-system': { version: '1.0.0', optional: true } }
const write = (file: string, content: unknown) => writeFileSync(join(project, file), JSON.stringify(content))
const noteInstalled = (packages: Record<string, { version: string }>) =>
  write('node_modules/.package-lock.json', { packages })

/** Runs the script with a stand-in for npm that leaves a note of its arguments, or fails. */
function ensure(npm = "require('fs').writeFileSync('installed', process.argv.slice(2).join(' '))") {
  writeFileSync(join(project, 'npm.cjs'), npm)
  const env = { ...process.env, npm_execpath: join(project, 'npm.cjs') }
  const { status, stderr } = spawnSync(process.execPath, [script], { cwd: project, env, encoding: 'utf8' })
  return { status, stderr, installed: existsSync(join(project, 'installed')) }
}

describe('the packages', () => {
  it('are installed when there are none', () => {
    expect(ensure()).toMatchObject({ status: 0, installed: true })
  })

  it('are left alone when they are those of the lock file, less what is for another system', () => {
    noteInstalled({ 'node_modules/a': { version: '1.0.0' } })
    expect(ensure()).toMatchObject({ status: 0, installed: false })
  })

  it('are installed when one has another version', () => {
    noteInstalled({ 'node_modules/a': { version: '1.0.1' } })
    expect(ensure().installed).toBe(true)
  })

  it('are installed when one is missing', () => {
    noteInstalled({})
    expect(ensure().installed).toBe(true)
  })

  it('are installed when one is there that the lock file does not know', () => {
    noteInstalled({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } })
    expect(ensure().installed).toBe(true)
  })

  it('that cannot be installed end the start', () => {
    expect(ensure('process.exit(7)')).toMatchObject({ status: 1, stderr: expect.stringContaining('npm ci') })
  })
})

describe('a Node that is too old', () => {
  it('is said with the version that is needed, before anything is installed', () => {
    write('package.json', { engines: { node: '>=99.1' } })
    const { status, stderr, installed } = ensure()
    expect([status, installed]).toEqual([1, false])
    expect(stderr).toContain('needs Node 99.1 or newer')
  })
})
