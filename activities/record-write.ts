import type { EventType, ProcessKind, ToldOf } from '../domain/event-types.ts'
import type { States } from '../domain/transitions.ts'
import type { RecordWrite } from '../ledger/unit-of-work.ts'
import type { TaskMove } from '../store/task.ts'

/** What every record has in common, whatever it is of. */
interface Recorded<State extends string> {
  readonly id: string
  readonly state: State
  /** That it was read at; 0 for one that is made. */
  readonly version: number
}

/** How the records of one kind of process are written. */
interface RecordKind<Kind extends ProcessKind, State extends ToldOf<Kind>, Thing extends Recorded<State>> {
  /** The thing; with underscores it begins the types of events. `domain/event-types.ts` knows it and its states. */
  readonly kind: Kind
  /** Its workflow's name, where it has another one. */
  readonly process?: string
  readonly states: States<State>
  /** Whose events they are. */
  readonly owners: (thing: Thing) => Pick<RecordWrite, 'customerId' | 'merchantId'>
  /** What an event carries. `last` is false for a state that the unit only passes through. */
  readonly view: (thing: Thing, last: boolean) => object
  readonly row: (thing: Thing) => object
  /** Its statement moves tasks and reviews as well (`withTasks`). */
  readonly tasks?: boolean | ((thing: Thing) => boolean)
}

export interface WriteExtra {
  /** The start argument of its workflow; a new record needs it. */
  readonly order?: object | undefined
  /** The type of the event where there is no arrow; needed there. */
  readonly event?: EventType | undefined
  /** Who asked for it; absent: the process itself. */
  readonly actor?: string | undefined
  readonly task?: TaskMove['task']
  readonly review?: TaskMove['review'] | undefined
  /** What the kind's own statement takes besides the columns. */
  readonly row?: object | undefined
}

/**
 * The writes of one kind of record: `before` as it was read (undefined: it is made), `after` with the new columns, and the
 * arrows between them. A path of none repeats the state, with an event of its own.
 * @throws {Refusal} `state_conflict` for an arrow that is not drawn
 */
export const createRecordWrite =
  <const Kind extends ProcessKind, State extends ToldOf<Kind>, Thing extends Recorded<State>>(
    of: RecordKind<Kind, State, Thing>
  ) =>
  (before: Thing | undefined, after: Thing, path: readonly State[], extra: WriteExtra = {}): RecordWrite => {
    const { kind, process = kind, states, owners, view, row, tasks = false } = of
    const from = before?.state ?? null
    states.assertPath(from ?? 'start', path)
    const crossed = path.length > 0 ? path : [after.state]
    const state = crossed.at(-1)!
    const open = !states.isTerminal(state)
    const moves = typeof tasks === 'function' ? tasks(after) : tasks
    const move: TaskMove = { is_over: !open, task: extra.task, ...(extra.review && { review: extra.review }) }
    const prefix = kind.replaceAll('-', '_')
    return {
      kind: process,
      id: after.id,
      version: before?.version ?? 0,
      from,
      crossed: crossed.map((at, index) => ({
        state: at,
        type: path.length === 0 ? typeOf(kind, extra.event) : `${prefix}.${at as string}`,
        data: view({ ...after, state: at }, index === crossed.length - 1)
      })),
      open,
      order: extra.order,
      ...owners(after),
      actor: extra.actor,
      row: { ...row({ ...after, state }), ...(moves && move), ...extra.row }
    }
  }

/** @throws {TypeError} for none, or another kind's. */
function typeOf(kind: string, event: EventType | undefined): EventType {
  if (event?.startsWith(`${kind.replaceAll('-', '_')}.`)) return event
  throw new TypeError(`${kind}: a step without an arrow has an event of its own, not ${event}`)
}
