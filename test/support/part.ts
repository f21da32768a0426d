import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { partCommand, type PartName } from './part-command.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A process of the product that a test started: it may be killed, and started again as it was or otherwise. */
export interface Part {
  /** Where it listens, as it said itself; '' for the worker. */
  readonly url: string
  readonly pid: number
  readonly running: boolean
  /** How it ended: `SIGKILL`, `SIGTERM`, or its exit code; null while it runs. */
  readonly endedBy: NodeJS.Signals | number | null
  /** What it wrote so far, for canaries. */
  readonly output: string
  /** Resolves when it has ended by itself or by a signal. */
  ended(): Promise<void>
  kill9(): Promise<void>
  pause(): void
  resume(): void
  start(changes?: Readonly<Record<string, string>>): Promise<void>
  /**
   * SIGTERM, and waits.
   * @throws {Error} with what it wrote when it had ended by itself, without a signal.
   */
  stop(): Promise<void>
}

/** Starts that part with exactly this environment and resolves when it says `listening …`. */
export async function startPart(
  name: PartName,
  environment: Readonly<Record<string, string>>,
  asInstalled = false
): Promise<Part> {
  let child: ChildProcess
  let url = ''
  let listened = false
  const output: string[] = []

  async function start(changes: Readonly<Record<string, string>> = {}): Promise<void> {
    const env = {
      PATH: process.env['PATH'],
      ...environment,
      ...(url !== '' && { PORT: new URL(url).port }),
      ...changes
    }
    child = spawn(process.execPath, partCommand(name, asInstalled), {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe']
    })
    child.stderr!.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    listened = false
    url = await announced(child, name, output)
    listened = true
  }

  const isRunning = () => child.exitCode === null && child.signalCode === null
  const end = async (signal: NodeJS.Signals) => {
    if (!isRunning()) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  await start()
  return {
    get url() {
      return url
    },
    get pid() {
      return child.pid!
    },
    get running() {
      return isRunning()
    },
    get endedBy() {
      return child.signalCode ?? child.exitCode
    },
    get output() {
      return output.join('')
    },
    ended: async () => {
      if (isRunning()) await once(child, 'exit')
    },
    kill9: () => end('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    start,
    stop: async () => {
      // A signal is a test's doing (or the crash point's that it asked for); an exit code is the part's own. Whoever
      // started one that never listened has heard of it.
      if (listened && child.exitCode)
        throw new Error(`${name} had ended by itself, with ${child.exitCode}: ${output.join('')}`)
      await end('SIGTERM')
    }
  }
}

function announced(child: ChildProcess, name: PartName, output: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`${name} ended with ${code}: ${output.join('')}`))
    child.once('exit', exited)
    createInterface({ input: child.stdout! }).on('line', (line) => {
      output.push(`${line}\n`)
      const said = /^listening (\S+)$/.exec(line)?.[1]
      if (said === undefined) return
      child.off('exit', exited)
      resolve(said === 'worker' ? '' : said)
    })
  })
}
