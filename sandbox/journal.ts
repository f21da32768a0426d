/** A line of the journal of a bank, the acquirer or the billers' network. */
interface Line {
  readonly direction: 'in' | 'out'
  /** Minor units. */
  readonly amount: string
  readonly currency: string
}

/** Writes a line down and moves the balance of its currency, which is what all lines together say. */
export function book<Booked extends Line>(
  { journal, balances }: { readonly journal: Booked[]; readonly balances: Map<string, bigint> },
  line: Booked
): void {
  const amount = BigInt(line.amount)
  const before = balances.get(line.currency) ?? 0n
  journal.push(line)
  balances.set(line.currency, line.direction === 'in' ? before + amount : before - amount)
}
