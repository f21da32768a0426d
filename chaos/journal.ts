import { appendFileSync, existsSync, readFileSync } from 'node:fs'

interface Answered {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly attempts: number
}

/** One thing that somebody asked for, under one key however often it was sent, and what they were told at last. */
export interface Operation {
  readonly key: string
  readonly story: string
  /** Whose token it was: a role, or a customer's address. */
  readonly by: string
  readonly path: string
  readonly body: object
  /** `asked` is unknown: it was sent, and no definite answer came. */
  outcome: 'asked' | 'acknowledged' | 'refused'
  status?: number
  /** How often it was sent until there was one. */
  attempts?: number
  answer?: Record<string, unknown>
}

/** All operations of a run, on disk before anything else is done about them: who was killed finds them again. */
export interface Journal {
  readonly operations: readonly Operation[]
  ask(operation: Omit<Operation, 'outcome'>): Operation
  settle(operation: Operation, answered: Answered): void
}

type Line = Partial<Operation> & Pick<Operation, 'key' | 'outcome'>

export function openJournal(file: string): Journal {
  const operations = new Map<string, Operation>()
  const take = (line: Line) => operations.set(line.key, { ...operations.get(line.key), ...line } as Operation)
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  // The last line may be cut off, if whoever wrote it was killed.
  for (const line of lines.slice(0, -1)) take(JSON.parse(line) as Line)
  const write = (line: Line) => appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
  return {
    get operations() {
      return [...operations.values()]
    },
    ask(asked) {
      const operation: Operation = { ...asked, outcome: 'asked' }
      operations.set(operation.key, operation)
      write(operation)
      return operation
    },
    settle(operation, { status, body: answer, attempts }) {
      const outcome = status < 300 ? 'acknowledged' : 'refused'
      Object.assign(operation, { outcome, status, answer, attempts })
      write({ key: operation.key, outcome, status, answer, attempts })
    }
  }
}
