import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startOf } from './processes.ts'
import { waitUntil } from './wait-until.ts'

interface Running {
  readonly name: string
  readonly pid: number
  readonly start: string
}

/** Which parts run, kept in a file: a supervisor that was killed leaves them running, and the next one stops them. */
export class RunningParts {
  readonly #file: string
  readonly #running = new Map<string, Running>()

  constructor(home: string) {
    this.#file = join(home, 'parts.json')
  }

  add(name: string, pid: number): void {
    const start = startOf(pid)
    if (start !== undefined) this.#running.set(name, { name, pid, start })
    this.#save()
  }

  remove(name: string): void {
    this.#running.delete(name)
    this.#save()
  }

  /** Stops what a former supervisor left, last started first. To be called by whoever holds the lock, before `add`. */
  async stopLeftovers(say: (line: string) => void): Promise<void> {
    for (const part of this.#read().reverse()) {
      if (startOf(part.pid) !== part.start) continue
      say(`${part.name} is left from a start that was killed (process ${part.pid}): stopping it`)
      await stopLeftover(part)
    }
    this.#save()
  }

  #read(): Running[] {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Running[]
    } catch {
      return []
    }
  }

  #save(): void {
    if (this.#running.size === 0) return rmSync(this.#file, { force: true })
    writeFileSync(`${this.#file}.new`, JSON.stringify([...this.#running.values()]), { mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
  }
}

/** The signals that stop every part: for Postgres they are the fast and the immediate shutdown. */
async function stopLeftover({ name, pid, start }: Running): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (startOf(pid) !== start) return
    process.kill(pid, signal)
    const gone = waitUntil(() => startOf(pid) !== start, { limitMs: 10_000, otherwise: `${name} does not stop` })
    if (
      await gone.then(
        () => true,
        () => false
      )
    )
      return
  }
}
