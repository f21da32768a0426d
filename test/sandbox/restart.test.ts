import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openFileLog } from '../../sandbox/event-log.ts'
import { bankAt, orderAt } from '../support/bank-orders.ts'
import { startCallbackReceiver } from '../support/callback-receiver.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DELAY_MS = 60_000

let state: string
let sandboxes: SandboxHandle[]
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'coffer-sandbox-'))
  sandboxes = []
})
afterEach(async () => {
  for (const sandbox of sandboxes) await sandbox.stop()
  await rm(state, { recursive: true })
})

/** The same bank again: same memory, same keys. */
const start = async (before?: SandboxHandle, bankBDelayMs = DELAY_MS) => {
  const { keys, adminKey, callbackSecret, port } = before ?? {}
  const sandbox = await startSandbox({ state, bankBDelayMs, keys, adminKey, callbackSecret, port })
  sandboxes.push(sandbox)
  return sandbox
}

describe('a sandbox that is killed and started again', () => {
  it('keeps its journal, its answers, its fences, its rules, its inbox and its clock', async () => {
    const first = await start()
    const bank = bankAt(first)
    const [booked, declined, fenced] = [orderAt('a'), orderAt('a', { amount: '1002' }), orderAt('a')]
    const answer = await bank.send(booked)
    await bank.send(declined)
    await bank.inquire('a', fenced.reference)
    await first.addRule({ match: { amount: '9999' }, outcome: 'timeout' })
    await first.advanceClock(86_400_000)
    const journal = await first.journal('a')
    const rules = await (await first.admin('GET', '/rules')).json()
    await first.kill9()

    const second = await start(first)
    expect(await second.journal('a')).toEqual(journal)
    expect(await (await second.admin('GET', '/rules')).json()).toEqual(rules)
    expect(await bank.send(booked)).toEqual(answer)
    expect(await bank.send(declined)).toEqual({ kind: 'declined', code: 'account_closed' })
    expect(await bank.send(fenced)).toEqual({ kind: 'declined', code: 'reference_fenced' })
    expect(await second.advanceClock(0)).toBe(86_400_000)
  })

  it('books what bank B had taken, and still makes the call', async () => {
    const first = await start()
    const order = orderAt('b')
    await bankAt(first).send(order)
    await first.kill9()

    const second = await start(first)
    const receiver = await startCallbackReceiver(second.callbackSecret)
    await second.advanceClock(DELAY_MS)
    expect(await bankAt(second).inquire('b', order.reference)).toMatchObject({ kind: 'booked' })
    await second.kill9()

    const third = await start(second)
    await third.setCallbackUrl(receiver.url)
    await receiver.until(1, ({ body }) => body.reference === order.reference)
    await third.stop()
    await receiver.stop()
    expect((await readFile(join(state, 'world.jsonl'), 'utf8')).match(/"type":"booked"/g)).toHaveLength(3)
  })

  it('settles by itself what fell due while it was down', async () => {
    const first = await start(undefined, 200)
    const order = orderAt('b')
    await bankAt(first).send(order)
    await first.kill9()

    const second = await start(first)
    const receiver = await startCallbackReceiver(second.callbackSecret)
    await second.setCallbackUrl(receiver.url)
    await receiver.until(1, ({ body }) => body.reference === order.reference)
    await second.stop()
    await receiver.stop()
  })

  it('books every instruction that it had answered, and none twice, however it is killed', async () => {
    const first = await start()
    const orders = Array.from({ length: 200 }, () => orderAt('a'))
    const sent = orders.map((order) => bankAt(first).send(order))
    await Promise.race(sent)
    await first.kill9()
    const answers = await Promise.all(sent)

    const second = await start(first)
    const lines = (await second.journal('a')).lines.map(({ reference }) => reference)
    const accepted = orders.filter((_order, index) => answers[index]!.kind === 'accepted')
    expect(accepted.length).toBeGreaterThan(0)
    expect(lines).toEqual(expect.arrayContaining(accepted.map(({ reference }) => reference)))
    expect(new Set(lines).size).toBe(lines.length)
  })

  it('without a directory forgets everything but the opening', async () => {
    const before = await startSandbox()
    sandboxes.push(before)
    await bankAt(before).send(orderAt('a'))
    await before.stop()
    const after = await startSandbox()
    sandboxes.push(after)
    expect((await after.journal('a')).lines).toHaveLength(1)
  })
})

describe("the sandbox's process", () => {
  it('stops on SIGTERM with exit code 0, even while a request is never to be answered', async () => {
    const sandbox = await start()
    const hanging = bankAt(sandbox).send(orderAt('a', { amount: '1004' }))
    const order = orderAt('a')
    await bankAt(sandbox).send(order)
    expect(await sandbox.stop()).toBe(0)
    expect(await hanging).toMatchObject({ kind: 'unknown' })
  })

  it('without its arguments ends with exit code 1 and names what is missing', async () => {
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts', '--port', '0'], { cwd })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    expect(await once(child, 'close')).toEqual([1, null])
    for (const name of ['admin-key', 'client-key', 'callback-secret']) expect(said).toContain(`--${name}:`)
  })
})

describe('the log of events', () => {
  it('gives back whole lines in order and cuts off one that a crash left unfinished', async () => {
    const file = join(state, 'torn.jsonl')
    const log = await openFileLog<{ n: number }>(file)
    for (const n of [1, 2, 3]) log.append({ n })
    await log.close()
    const whole = (await stat(file)).size
    await appendFile(file, '{"n":4')

    const again = await openFileLog<{ n: number }>(file)
    expect(again.past).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect((await stat(file)).size).toBe(whole)
    again.append({ n: 5 })
    await again.durable()
    expect(await readFile(file, 'utf8')).toBe('{"n":1}\n{"n":2}\n{"n":3}\n{"n":5}\n')
    await again.close()
  })

  it('is only readable for its owner', async () => {
    const file = join(state, 'deep', 'er.jsonl')
    const log = await openFileLog(file)
    await log.close()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })
})
