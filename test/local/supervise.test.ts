import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RunningParts } from '../../local/leftovers.ts'
import { startPart, type PartCommand } from '../../local/part.ts'
import { startOf } from '../../local/processes.ts'
import { supervise } from '../../local/supervise.ts'
import { waitUntil } from '../../local/wait-until.ts'

let folder: string
let logFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer part '))
  logFile = join(folder, 'logs', 'part.log')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const listening = "console.log('listening'); setInterval(() => {}, 1000);"
const part = (script: string, more: Partial<PartCommand> = {}): PartCommand => ({
  name: 'part',
  command: process.execPath,
  args: ['-e', script],
  environment: {},
  isReady: async (log) => /^listening/m.test(await log()),
  readyLimitMs: 10_000,
  stopSignals: ['SIGTERM'],
  stopLimitMs: 200,
  ...more
})
const soon = (isSo: () => boolean, otherwise: string) => waitUntil(isSo, { limitMs: 10_000, otherwise })

describe('a part', () => {
  it('writes what it says into its log', async () => {
    const running = await startPart(part(`${listening} console.error('an error')`), logFile)
    await soon(() => readFileSync(logFile, 'utf8').includes('an error'), 'its log has no error')
    await running.stop()
    expect(readFileSync(logFile, 'utf8')).toContain('listening')
  })

  it('is not taken for ready by what a former start has written', async () => {
    await (await startPart(part(listening), logFile)).stop()
    await expect(startPart(part('process.exit(3)'), logFile)).rejects.toThrow('part ended with exit code 3; see')
  })

  it('that stays silent is stopped and said with its log', async () => {
    const silent = part('setInterval(() => {}, 1000)', { readyLimitMs: 300 })
    await expect(startPart(silent, logFile)).rejects.toThrow(`part was not ready in time; see ${logFile}`)
  })

  it('that does not exist is said as such', async () => {
    await expect(startPart(part('', { command: join(folder, 'nothing') }), logFile)).rejects.toThrow(
      'could not be started'
    )
  })

  it('that ignores the signal to stop is killed', async () => {
    const stubborn = await startPart(part(`process.on('SIGTERM', () => {}); ${listening}`), logFile)
    await stubborn.stop()
    expect(await stubborn.ended).toBe('was killed by SIGKILL')
  })

  it('is the leader of its own process group, so that Ctrl-C does not reach it', async () => {
    const script = `const { execFileSync } = require('child_process');
      console.log(execFileSync('ps', ['-o', 'pgid=', '-p', String(process.pid)], { env: { PATH: '/usr/bin:/bin' } }).toString().trim());`
    const running = await startPart(part(script + listening), logFile)
    await running.stop()
    expect(readFileSync(logFile, 'utf8').split('\n')[0]).toBe(String(running.pid))
  })
})

describe('a supervised part', () => {
  const superviseIt = (script: string) => {
    const said: string[] = []
    const pids: number[] = []
    const say = (line: string) => void said.push(line)
    const command = () => part(script)
    return { said, pids, it: supervise({ name: 'part', logFile, command, say, onStart: (pid) => pids.push(pid) }) }
  }

  it('that is killed is said in a line and started again', async () => {
    const { said, pids, it } = superviseIt(listening)
    await it.ready
    process.kill(pids[0]!, 'SIGKILL')
    await soon(() => said.length === 2, 'it was not started again')
    expect(said).toEqual(['part was killed by SIGKILL: starting it again', 'part answers again'])
    expect(startOf(pids[1]!)).toBeDefined()
    await it.stop()
  })

  it('that is stopped stays down', async () => {
    const { said, pids, it } = superviseIt(listening)
    await it.ready
    await it.stop()
    expect(startOf(pids[0]!)).toBeUndefined()
    expect([said, pids.length]).toEqual([[], 1])
  })

  it('whose first start fails is given up', async () => {
    const { pids, it } = superviseIt('process.exit(1)')
    await expect(it.ready).rejects.toThrow('ended with exit code 1')
    await it.stop()
    expect(pids).toHaveLength(1)
  })

  it('is stopped in the middle of its start', async () => {
    const { pids, it } = superviseIt('setInterval(() => {}, 1000)')
    const outcome = it.ready.catch(String)
    await soon(() => pids.length === 1, 'it was not launched')
    await it.stop()
    expect(await outcome).toContain('part was killed by SIGTERM')
    expect(startOf(pids[0]!)).toBeUndefined()
  })
})

describe('a part that a killed supervisor left', () => {
  it('is said and stopped by the next one', async () => {
    const running = await startPart(part(listening), logFile)
    new RunningParts(folder).add('part', running.pid)
    const said: string[] = []
    await new RunningParts(folder).stopLeftovers((line) => said.push(line))
    expect(await running.ended).toBe('was killed by SIGINT')
    expect(said).toEqual([`part is left from a start that was killed (process ${running.pid}): stopping it`])
  })

  it('is left alone when it was stopped before and noted so', async () => {
    const running = await startPart(part(listening), logFile)
    const parts = new RunningParts(folder)
    parts.add('part', running.pid)
    parts.remove('part')
    await new RunningParts(folder).stopLeftovers(() => undefined)
    expect(startOf(running.pid)).toBeDefined()
    await running.stop()
  })
})
