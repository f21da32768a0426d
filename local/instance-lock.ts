import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startOf } from './processes.ts'

interface Holder {
  readonly pid: number
  readonly start: string
}

/**
 * One supervisor per `COFFER_HOME`. The lock of one that was killed does not count.
 * @returns what gives the lock back.
 * @throws {Error} when another one runs.
 */
export function lockHome(home: string): () => void {
  const lock = join(home, 'lock')
  const mine = `${lock}.${process.pid}`
  writeFileSync(mine, JSON.stringify({ pid: process.pid, start: startOf(process.pid) }), { mode: 0o600 })
  try {
    // A link, unlike a write, fails when the name is there already, and is never half done.
    if (!link(mine, lock)) {
      const holder = readHolder(lock)
      if (holder && startOf(holder.pid) === holder.start) throw new Error(alreadyRuns(home, holder.pid))
      rmSync(lock, { force: true })
      if (!link(mine, lock)) throw new Error(alreadyRuns(home, readHolder(lock)?.pid))
    }
  } finally {
    rmSync(mine, { force: true })
  }
  return () => rmSync(lock, { force: true })
}

const alreadyRuns = (home: string, pid?: number): string =>
  `Coffer runs already in ${home} (process ${pid}): stop it, or set COFFER_HOME to another folder (and the ports)`

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readHolder(lock: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')) as Holder
  } catch {
    return undefined
  }
}
