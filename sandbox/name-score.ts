/**
 * How alike two names are, from 0 to 1, whatever their capitals, their marks, their punctuation and the order of their
 * parts: the better Jaro–Winkler similarity of the names as given and of their parts in order. A name without a letter
 * or a digit is like nothing.
 */
export function nameScore(one: string, other: string): number {
  const [mine, theirs] = [partsOf(one), partsOf(other)]
  return Math.max(
    jaroWinkler(mine.join(' '), theirs.join(' ')),
    jaroWinkler(mine.toSorted().join(' '), theirs.toSorted().join(' '))
  )
}

const partsOf = (name: string): string[] =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')

/** How much a common beginning counts, and how long it may be (Winkler 1990). */
const PREFIX_WEIGHT = 0.1
const PREFIX_MAX = 4

/** Jaro–Winkler similarity over code points, 0 to 1; nothing is like the empty text, not even itself. */
export function jaroWinkler(one: string, other: string): number {
  const [mine, theirs] = [Array.from(one), Array.from(other)]
  const jaro = jaroOf(mine, theirs)
  const differs = mine.slice(0, PREFIX_MAX).findIndex((letter, index) => letter !== theirs[index])
  const prefix = differs === -1 ? Math.min(mine.length, PREFIX_MAX) : differs
  return jaro + prefix * PREFIX_WEIGHT * (1 - jaro)
}

/** Half the transpositions among the letters in common, which may stand at most `reach` places apart (Jaro 1989). */
const jaroOf = (mine: readonly string[], theirs: readonly string[]): number => {
  const reach = Math.max(0, Math.floor(Math.max(mine.length, theirs.length) / 2) - 1)
  const partner = new Map<number, number>()
  const taken = new Set<number>()
  for (const [index, letter] of mine.entries()) {
    const end = Math.min(theirs.length, index + reach + 1)
    for (let place = Math.max(0, index - reach); place < end; place += 1) {
      if (taken.has(place) || theirs[place] !== letter) continue
      taken.add(place)
      partner.set(index, place)
      break
    }
  }
  const common = partner.size
  if (common === 0) return 0
  const inMine = [...partner.keys()].map((index) => mine[index])
  const inTheirs = [...taken].sort((a, b) => a - b).map((place) => theirs[place])
  const moved = inMine.filter((letter, index) => letter !== inTheirs[index]).length / 2
  return (common / mine.length + common / theirs.length + (common - moved) / common) / 3
}
