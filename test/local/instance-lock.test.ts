import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockHome } from '../../local/instance-lock.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'coffer home '))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))
const leaveLock = (content: string) => writeFileSync(join(home, 'lock'), content)

describe('the lock of COFFER_HOME', () => {
  it('refuses a second supervisor and names the variable to set', () => {
    lockHome(home)
    expect(() => lockHome(home)).toThrow(/runs already in .*COFFER_HOME/)
  })

  it('can be taken again once it was given back', () => {
    lockHome(home)()
    expect(existsSync(join(home, 'lock'))).toBe(false)
    expect(() => lockHome(home)).not.toThrow()
  })

  it('of a process that is gone does not count', () => {
    leaveLock(JSON.stringify({ pid: 2 ** 22 + 1, start: '1' }))
    expect(() => lockHome(home)).not.toThrow()
  })

  it('of a process whose number another one has by now does not count', () => {
    leaveLock(JSON.stringify({ pid: process.pid, start: 'long ago' }))
    expect(() => lockHome(home)).not.toThrow()
  })

  it('that is no lock at all does not count', () => {
    leaveLock('{')
    expect(() => lockHome(home)).not.toThrow()
  })

  it('leaves nothing but itself in the folder', () => {
    lockHome(home)
    expect(readdirSync(home)).toEqual(['lock'])
  })
})
