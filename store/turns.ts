/** Runs the work of one key one after the other in the order of asking, and of different keys side by side. */
export type Turns<Key> = <Result>(key: Key, work: () => Promise<Result>) => Promise<Result>

/** Within this process; a key is remembered as long as somebody waits. Work that fails does not disturb the next. */
export function createTurns<Key>(): Turns<Key> {
  const last = new Map<Key, Promise<unknown>>()
  return async (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work)
    last.set(key, turn)
    try {
      return await turn
    } finally {
      if (last.get(key) === turn) last.delete(key)
    }
  }
}
