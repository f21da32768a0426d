import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface BenchPart {
  /** What stood after `listening ` or `ready `. */
  readonly said: string
  stop(): Promise<void>
}

const stops = new Set<BenchPart['stop']>()

/** Whoever interrupts a measurement leaves nothing behind. */
export const stopParts = (): Promise<unknown> => Promise.all([...stops].map((stop) => stop()))

/** Starts a script of the project and resolves when it says that it listens; its log goes nowhere. */
export async function startBenchPart(script: string, environment: Record<string, string>): Promise<BenchPart> {
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  })
  const stop = async () => {
    stops.delete(stop)
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  stops.add(stop)
  return { said: await announced(child, script), stop }
}

function announced(child: ChildProcess, script: string): Promise<string> {
  const lines: string[] = []
  child.stderr!.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}:\n${lines.join('')}`)))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(`${line}\n`)
      const said = /^(?:listening|ready) (\S+)$/.exec(line)?.[1]
      if (said !== undefined) resolve(said)
    })
  })
}
