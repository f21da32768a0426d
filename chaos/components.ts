import { setTimeout as pause } from 'node:timers/promises'
import { startPart, type Part, type PartCommand } from '../local/part.ts'

export type Role = 'api' | 'worker' | 'sandbox' | 'postgres' | 'temporal'

/** A part of the system in a process group of its own, which is killed, paused and started as the schedule wants. */
export interface Component {
  readonly name: string
  readonly role: Role
  readonly running: boolean
  /** Resolves when it answers. */
  start(): Promise<void>
  /** SIGKILL to its group; resolves when it is gone. */
  kill9(): Promise<void>
  pause(): void
  resume(): void
  stop(): Promise<void>
}

/** Postgres refuses to start until the last process of the one that was killed has noticed, and has ended. */
const START_ATTEMPTS = 50

export function createComponent(
  { name, role }: Pick<Component, 'name' | 'role'>,
  command: () => PartCommand | Promise<PartCommand>,
  logFile: string,
  watch: { onStart: (name: string, pid: number) => void; onEnd: (name: string) => void }
): Component {
  let part: Part | undefined
  const signal = (name: NodeJS.Signals) => {
    if (part) toGroup(part.pid, name)
  }
  return {
    name,
    role,
    get running() {
      return part !== undefined
    },
    start: async () => {
      for (let attempt = 1; part === undefined; attempt++) {
        try {
          const started = (part = await startPart(await command(), logFile))
          watch.onStart(name, started.pid)
          void started.ended.then(() => {
            watch.onEnd(name)
            if (part === started) part = undefined
          })
        } catch (error) {
          if (attempt === START_ATTEMPTS || role !== 'postgres') throw error
          await pause(100)
        }
      }
    },
    kill9: async () => {
      const { ended } = part ?? {}
      signal('SIGKILL')
      await ended
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    stop: async () => {
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
