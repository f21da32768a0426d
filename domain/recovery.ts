/** What a customer owes for one return, in minor units. */
export interface Owed {
  readonly outstanding: bigint
}

/** How much of what comes in goes to each debt: the oldest first, and no more than is owed. */
export function spread<Debt extends Owed>(
  amount: bigint,
  debts: readonly Debt[]
): { readonly debt: Debt; readonly part: bigint }[] {
  let left = amount
  return debts.flatMap((debt) => {
    const part = left < debt.outstanding ? left : debt.outstanding
    if (part <= 0n) return []
    left -= part
    return [{ debt, part }]
  })
}
