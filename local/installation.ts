import { join } from 'node:path'
import { RunningParts } from './leftovers.ts'
import type { PartCommand } from './part.ts'
import { supervise, type SupervisedPart } from './supervise.ts'

/** Each only needs those after it: whoever takes new work goes first, whoever keeps it last. */
const stopOrder = ['api', 'worker', 'sandbox', 'temporal', 'postgres']

/** The parts that run together, and the order in which they stop. */
export class Installation {
  readonly #home: string
  readonly #say: (line: string) => void
  readonly #parts = new Map<string, SupervisedPart>()
  readonly #running: RunningParts
  #stopping = false

  constructor(home: string, say: (line: string) => void) {
    this.#home = home
    this.#say = say
    this.#running = new RunningParts(home)
  }

  /** Stops what a killed supervisor left running in this folder. */
  stopLeftovers(): Promise<void> {
    return this.#running.stopLeftovers(this.#say)
  }

  /** Starts a part, waits until it answers, and keeps it alive. */
  async run(name: string, command: () => PartCommand | Promise<PartCommand>): Promise<void> {
    if (this.#stopping) throw new Error(`${name} is not started any more: everything is being stopped`)
    const part = supervise({
      name,
      command,
      logFile: join(this.#home, 'logs', `${name}.log`),
      say: this.#say,
      onStart: (pid) => this.#running.add(name, pid),
      onEnd: () => this.#running.remove(name)
    })
    this.#parts.set(name, part)
    await part.ready
  }

  /** Stops one after the other. */
  async stop(): Promise<void> {
    this.#stopping = true
    const rank = (name: string) => stopOrder.indexOf(name)
    const parts = [...this.#parts.values()].sort((a, b) => rank(a.name) - rank(b.name))
    for (const part of parts) await part.stop()
  }
}
