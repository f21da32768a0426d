/** Numbers that look random and come again with the same seed: whatever a run decides by them can be repeated. */
export interface Random {
  /** From 0 to just below 1. */
  next(): number
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number
  pick<Item>(items: readonly Item[]): Item
  /** By weight: twice the weight comes twice as often. */
  weighted<Item extends { readonly weight: number }>(items: readonly Item[]): Item
  /** So many hexadecimal digits: names and keys that nobody else has, no secrets. */
  hex(digits: number): string
  /** A source of its own, whose numbers do not depend on how many others have drawn. */
  fork(name: string): Random
}

export function createRandom(seed: string): Random {
  let state = hashOf(seed)
  // Mulberry32.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    between,
    pick: (items) => items[between(0, items.length - 1)]!,
    weighted: (items) => {
      let rest = next() * items.reduce((sum, { weight }) => sum + weight, 0)
      return items.find(({ weight }) => (rest -= weight) < 0) ?? items.at(-1)!
    },
    hex: (digits) => Array.from({ length: digits }, () => between(0, 15).toString(16)).join(''),
    fork: (name) => createRandom(`${seed}/${name}`)
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
