import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as points from '../../activities/crash-points.ts'
import { listCrashTests } from '../../chaos/crash-points.ts'

const ROOT = join(import.meta.dirname, '../..')

describe('npm run chaos -- --crash-points', () => {
  const files = listCrashTests().map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))
  const lists = Object.entries(points).filter(([, list]) => Array.isArray(list))

  it('passes every list of crash points that there is', () => {
    expect(lists.length).toBeGreaterThan(10)
    const left = lists.map(([name]) => name).filter((name) => !files.some(({ text }) => text.includes(`(${name}`)))
    expect(left).toEqual([])
  })

  it('finds the tests that kill by what they say', () => {
    expect(files.filter(({ text }) => !text.includes('(SIGKILL)'))).toEqual([])
  })
})
