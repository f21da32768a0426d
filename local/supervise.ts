import { setTimeout as pause } from 'node:timers/promises'
import { launchPart, type Part, type PartCommand } from './part.ts'

export interface Supervision {
  readonly name: string
  readonly logFile: string
  /** Asked before every start. */
  readonly command: () => PartCommand | Promise<PartCommand>
  readonly say: (line: string) => void
  readonly onStart?: (pid: number) => void
  readonly onEnd?: () => void
}

export interface SupervisedPart {
  readonly name: string
  /** Fulfilled when it answers for the first time; rejected when its first start fails, and then it stays down. */
  readonly ready: Promise<void>
  /** Ends it for good, also in the middle of a start. */
  stop(): Promise<void>
}

const shortestPauseMs = 250
const longestPauseMs = 5_000
/** Whoever lived that long did not crash at once: the next pause is the shortest again. */
const stableAfterMs = 30_000

/** Starts a part; from its first readiness on it is started again whenever it ends, with growing pauses. */
export function supervise(supervision: Supervision): SupervisedPart {
  const stopping = new AbortController()
  let current: Part | undefined
  const launch = async (): Promise<Part> => {
    const command = await supervision.command()
    stopping.signal.throwIfAborted()
    const part = (current = launchPart(command, supervision.logFile))
    supervision.onStart?.(part.pid)
    void part.ended.then(supervision.onEnd)
    await part.ready.catch(async (error: unknown) => {
      await part.stop()
      throw error
    })
    return part
  }
  const first = launch()
  const life = first.then(
    (part) => keepAlive(supervision, part, launch, stopping.signal),
    () => undefined
  )
  return {
    name: supervision.name,
    ready: first.then(() => undefined),
    stop: async () => {
      stopping.abort()
      await current?.stop()
      await life
    }
  }
}

async function keepAlive(
  { name, say }: Supervision,
  first: Part,
  launch: () => Promise<Part>,
  stopping: AbortSignal
): Promise<void> {
  let part: Part | undefined = first
  let startedAt = performance.now()
  let pauseMs = shortestPauseMs
  for (;;) {
    const words: string = part ? await part.ended : 'did not start'
    if (stopping.aborted) return
    pauseMs = performance.now() - startedAt > stableAfterMs ? shortestPauseMs : Math.min(pauseMs * 2, longestPauseMs)
    say(`${name} ${words}: starting it again`)
    await pause(pauseMs, undefined, { signal: stopping }).catch(() => undefined)
    if (stopping.aborted) return
    startedAt = performance.now()
    part = await launch().catch(() => undefined)
    if (part) say(`${name} answers again`)
  }
}
