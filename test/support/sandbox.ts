import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { readJournal, type BankJournal } from '../../providers/bank-journal.ts'
import { generateSigningKeys, type SigningKeys } from '../../providers/keys.ts'
import type { Counterpart } from '../../providers/bank.ts'
import { partCommand } from './part-command.ts'

interface SandboxSetup {
  /** Where the banks remember; without it they forget when the process ends. */
  readonly state?: string
  /** 0, the default, takes a free port; a restart that has to be found again names the old one. */
  readonly port?: number
  readonly bankBDelayMs?: number
  readonly callbackUrl?: string
  readonly keys?: SigningKeys
  readonly adminKey?: string
  readonly callbackSecret?: string
  /** See `partCommand`. */
  readonly asInstalled?: boolean
}

export interface SandboxHandle {
  readonly url: string
  readonly port: number
  readonly adminKey: string
  readonly keys: SigningKeys
  readonly callbackSecret: string
  readonly process: ChildProcess
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  kill9(): Promise<void>
  /** Moves the business clock; rejects when the API did not take the news. Returns the total offset in milliseconds. */
  advanceClock(byMs: number): Promise<number>
  addRule(rule: object): Promise<string>
  clearRules(): Promise<void>
  setCallbackUrl(url: string): Promise<void>
  journal(bank: Counterpart): Promise<BankJournal>
  /** Any admin route; the body is sent as JSON. */
  admin(method: string, path: string, body?: object): Promise<Response>
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Starts the sandbox as a process of its own and resolves when it listens. Whoever starts it stops it. */
export async function startSandbox(setup: SandboxSetup = {}): Promise<SandboxHandle> {
  const keys = setup.keys ?? generateSigningKeys()
  const adminKey = setup.adminKey ?? randomBytes(24).toString('hex')
  const callbackSecret = setup.callbackSecret ?? `whsec_${randomBytes(32).toString('base64')}`
  const flags: Record<string, string | number | undefined> = {
    port: setup.port ?? 0,
    state: setup.state,
    'admin-key': adminKey,
    'client-key': keys.publicKey,
    'callback-secret': callbackSecret,
    'callback-url': setup.callbackUrl,
    'bank-b-delay-ms': setup.bankBDelayMs
  }
  const given = Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, `${value}`]))
  const child = spawn(process.execPath, [...partCommand('sandbox', setup.asInstalled), ...given], {
    cwd: ROOT,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const url = await listening(child)

  const admin = (method: string, path: string, body?: object) =>
    fetch(`${url}/admin${path}`, {
      method,
      headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body)
    })
  const asked = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const response = await admin(method, path, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`sandbox answered ${response.status}: ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as Body
  }
  return {
    url,
    port: Number(new URL(url).port),
    adminKey,
    keys,
    callbackSecret,
    process: child,
    stop: () => end(child, 'SIGTERM'),
    kill9: async () => void (await end(child, 'SIGKILL')),
    advanceClock: async (by_ms) => (await asked<{ offset_ms: number }>('POST', '/clock/advance', { by_ms })).offset_ms,
    addRule: async (rule) => (await asked<{ id: string }>('POST', '/rules', rule)).id,
    clearRules: () => asked('DELETE', '/rules'),
    setCallbackUrl: async (to) => void (await asked('POST', '/callback-url', { url: to })),
    journal: (bank) => readJournal(url, adminKey, bank),
    admin
  }
}

const listening = async (child: ChildProcess): Promise<string> => {
  const said: string[] = []
  child.stderr!.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the sandbox ended with ${code} before it listened: ${said.join('')}`)
  })
  const announced = once(createInterface({ input: child.stdout! }), 'line').then(([line]) => String(line))
  const line = await Promise.race([announced, exited])
  exited.catch(() => undefined) // later it is stopped, and that is no error
  const url = /^listening (http:\/\/\S+)$/.exec(line)?.[1]
  if (url === undefined) throw new Error(`the sandbox said: ${line}`)
  return url
}

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
  return child.exitCode
}
