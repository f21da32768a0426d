import { setTimeout as pause } from 'node:timers/promises'
import { launchPart, type Part, type PartCommand } from '../local/part.ts'

export type Role = 'api' | 'worker' | 'sandbox' | 'postgres' | 'temporal'

/** A part of the system in a process group of its own, which is killed, paused and started as the schedule wants. */
export interface Component {
  readonly name: string
  readonly role: Role
  readonly running: boolean
  /** How often it has ended without having been killed. */
  readonly endedByItself: number
  /** Resolves when it answers. */
  start(): Promise<void>
  /** SIGKILL to its group; resolves when it is gone. */
  kill9(): Promise<void>
  pause(): void
  resume(): void
  stop(): Promise<void>
}

/** Postgres does not start until the last process of one that was killed is gone; others need a connection, which may be cut. */
const START_ATTEMPTS = 20
const PAUSE_MS = 200

export function createComponent(
  { name, role }: Pick<Component, 'name' | 'role'>,
  command: () => PartCommand | Promise<PartCommand>,
  logFile: string,
  watch: { onStart: (name: string, pid: number) => void; onEnd: (name: string) => void }
): Component {
  let part: Part | undefined
  let starting: Promise<void> | undefined
  let wanted = false
  let endedByItself = 0
  const signal = (name: NodeJS.Signals) => {
    if (part) toGroup(part.pid, name)
  }
  const launch = async (): Promise<void> => {
    for (let attempt = 1; wanted; attempt++) {
      try {
        const started = launchPart(await command(), logFile)
        part = started
        watch.onStart(name, started.pid)
        void started.ended.then(() => leave(started))
        return await started.ready
      } catch (error) {
        await part?.stop()
        if (attempt === START_ATTEMPTS) throw error
        await pause(PAUSE_MS)
      }
    }
  }
  /** Who ends without having been killed is started again, as anything that runs in earnest would be. */
  const leave = (ended: Part) => {
    watch.onEnd(name)
    if (part === ended) part = undefined
    if (!wanted || starting) return
    endedByItself += 1
    void start().catch(() => undefined)
  }
  const start = (): Promise<void> => {
    wanted = true
    if (part && !starting) return Promise.resolve()
    starting ??= launch().finally(() => (starting = undefined))
    return starting
  }
  const end = async (): Promise<void> => {
    wanted = false
    await starting?.catch(() => undefined)
  }
  return {
    name,
    role,
    get running() {
      return part !== undefined
    },
    get endedByItself() {
      return endedByItself
    },
    start,
    kill9: async () => {
      await end()
      const { ended } = part ?? {}
      signal('SIGKILL')
      await ended
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    stop: async () => {
      await end()
      signal('SIGCONT')
      await part?.stop()
    }
  }
}

function toGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
