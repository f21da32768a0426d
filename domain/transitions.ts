import { Refusal } from './errors.ts'

/** Where a record begins: not a state of its own, only the tail of the first arrow. */
export type From<State extends string> = State | 'start'

export interface States<State extends string> {
  /** Every state that an arrow reaches. */
  readonly all: readonly State[]
  /** The states that no arrow leaves: a closed run's record is in one of them. */
  readonly terminal: readonly State[]
  isState(text: string): text is State
  isTerminal(state: State): boolean
  isLegal(from: From<State>, to: State): boolean
  /** @throws {Refusal} `state_conflict` with both ends when the arrow is not drawn. */
  assertTransition(from: From<State>, to: State): void
  /** The same for a unit that crosses several arrows; answers the last state (the first one when the path is empty). */
  assertPath(from: From<State>, path: readonly State[]): From<State>
}

/**
 * A state machine as data: for each state the states that may follow it. A state without arrows is terminal and need not
 * be listed. Every table stands in ARCHITECTURE.md, "States".
 */
export function defineStates<State extends string>(
  arrows: Readonly<Partial<Record<State, readonly State[]>>> & { readonly start: readonly State[] }
): States<State> {
  const after: ReadonlyMap<string, readonly State[]> = new Map(
    Object.entries<readonly State[]>(arrows as Arrows<State>)
  )
  const all = [...new Set([...after.values()].flat())]
  const known: ReadonlySet<string> = new Set(all)
  for (const from of after.keys())
    if (from !== 'start' && !known.has(from)) throw new TypeError(`no arrow reaches ${from}`)

  const isLegal = (from: From<State>, to: State) => after.get(from)?.includes(to) ?? false
  const isTerminal = (state: State) => known.has(state) && (after.get(state)?.length ?? 0) === 0
  const assertTransition = (from: From<State>, to: State) => {
    if (!isLegal(from, to)) throw new Refusal('state_conflict', { from, to })
  }
  const assertPath = (from: From<State>, path: readonly State[]) =>
    path.reduce<From<State>>((at, to) => {
      assertTransition(at, to)
      return to
    }, from)

  return Object.freeze({
    all,
    terminal: all.filter(isTerminal),
    isState: (text: string): text is State => known.has(text),
    isTerminal,
    isLegal,
    assertTransition,
    assertPath
  })
}

type Arrows<State extends string> = Readonly<Record<string, readonly State[]>>
