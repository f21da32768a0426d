import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a process started, in whatever words the system has. A number is given to another process later: only number
 * and start together say that it is still the same one.
 * @returns undefined when there is no such process.
 */
export function startOf(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined
  // The name in brackets may hold spaces; after it, the state is the first field and the start the 20th.
  const stat = onLinux(pid, 'stat')
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie has ended; in a container there may be nobody who ever takes notice of that.
  if (fields) return fields[0] === 'Z' ? undefined : fields[19]
  return ps(pid, 'lstart=')
}

/** Program and arguments of a process; undefined when there is none, or it is not to be seen. */
export const commandLineOf = (pid: number): string | undefined => onLinux(pid, 'cmdline') ?? ps(pid, 'args=')

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function onLinux(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

function ps(pid: number, column: string): string | undefined {
  try {
    return (
      execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim() || undefined
    )
  } catch {
    return undefined
  }
}
