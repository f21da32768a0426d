import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { waitUntil } from './wait-until.ts'

/** How one process of the installation is started, known to be ready, and stopped. */
export interface PartCommand {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  readonly directory?: string
  readonly uid?: number
  readonly gid?: number
  /** Whether it answers by now; asked again until it does. `log` is what it has written since it was started. */
  readonly isReady: (log: () => Promise<string>) => Promise<boolean>
  readonly readyLimitMs: number
  /** Asked to stop by the first signal; by the next one each time `stopLimitMs` has passed. The last resort is SIGKILL. */
  readonly stopSignals: readonly NodeJS.Signals[]
  readonly stopLimitMs: number
}

export interface Part {
  readonly name: string
  readonly pid: number
  /** Fulfilled when it answers; rejected when it ends before, or stays silent for `readyLimitMs`. */
  readonly ready: Promise<void>
  /** Resolves with a few words on how it ended, whenever that is; never rejects. */
  readonly ended: Promise<string>
  /** Resolves when it has ended. */
  stop(): Promise<void>
}

const keptLogBytes = 20 * 1024 * 1024

/**
 * Starts a part in a process group of its own and waits until it is ready.
 * @throws {Error} when it does not get ready; it is stopped then.
 */
export async function startPart(command: PartCommand, logFile: string): Promise<Part> {
  const part = launchPart(command, logFile)
  try {
    await part.ready
    return part
  } catch (error) {
    await part.stop()
    throw error
  }
}

/** The same without waiting. It writes straight into `logFile`, so that a busy part costs the supervisor nothing. */
export function launchPart(command: PartCommand, logFile: string): Part {
  const { child, written } = launch(command, logFile)
  const ended = endOf(child)
  const ready = readiness(command, ended, written, logFile)
  ready.catch(() => undefined)
  return { name: command.name, pid: child.pid ?? 0, ready, ended, stop: () => stop(child, ended, command) }
}

async function readiness(
  { name, isReady, readyLimitMs }: PartCommand,
  ended: Promise<string>,
  written: () => Promise<string>,
  logFile: string
): Promise<void> {
  let outcome: string | undefined
  void ended.then((words) => (outcome = words))
  const asked = async () => {
    if (outcome !== undefined) throw new Error(`${name} ${outcome}; see ${logFile}`)
    return isReady(written)
  }
  await waitUntil(asked, { limitMs: readyLimitMs, otherwise: `${name} was not ready in time; see ${logFile}` })
}

function launch(command: PartCommand, logFile: string): { child: ChildProcess; written: () => Promise<string> } {
  const { log, from } = openLog(logFile)
  try {
    const child = spawn(command.command, [...command.args], {
      cwd: command.directory,
      env: command.environment,
      uid: command.uid,
      gid: command.gid,
      stdio: ['ignore', log, log],
      detached: true
    })
    return { child, written: () => readFrom(logFile, from) }
  } finally {
    closeSync(log)
  }
}

function openLog(logFile: string): { log: number; from: number } {
  mkdirSync(dirname(logFile), { recursive: true })
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  if (size > keptLogBytes) renameSync(logFile, `${logFile}.1`)
  return { log: openSync(logFile, 'a', 0o600), from: size > keptLogBytes ? 0 : size }
}

async function readFrom(logFile: string, from: number): Promise<string> {
  const file = await open(logFile, 'r')
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(Math.max(size - from, 0)), position: from })
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`))
    child.once('exit', (code, signal) => resolve(signal ? `was killed by ${signal}` : `ended with exit code ${code}`))
  })
}

async function stop(child: ChildProcess, ended: Promise<string>, command: PartCommand): Promise<void> {
  for (const signal of [...command.stopSignals, 'SIGKILL' as const]) {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    if (await within(ended, command.stopLimitMs)) return
  }
}

async function within(ended: Promise<string>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), limitMs)))
  const result = await Promise.race([ended.then(() => true), late])
  clearTimeout(timer)
  return result
}
