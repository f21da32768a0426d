import type { CurrencyCode } from './currencies.ts'
import type { Match } from './reconciliation-matching.ts'

/** Where the money of a statement can be in our books. */
export type Place = 'cash' | 'transit' | 'suspense' | 'fee'

/** Written debit → credit; minor units, above zero. */
export interface Move {
  readonly debit: Place
  readonly credit: Place
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly code: string
}

/**
 * What a match posts, so that the bank's cash moves by exactly what the statement's lines say, whatever they are: what was
 * expected leaves what is in transit, and what nobody expected, or differs, waits on the bank's suspense account.
 */
export function movesOf({ class: of, by, lines, expected }: Match): Move[] {
  const cash = sumOf(expected.filter(({ rests }) => rests === 'cash'))
  const transit = sumOf(expected.filter(({ rests }) => rests === 'transit'))
  const currency = (lines[0] ?? expected[0])!.currency
  if (of === 'missing_there') return []
  if (by === 'bank_fee') return moves('cash', 'fee', currency, sumOf(lines), 'reconciliation.bank_fee')
  if (expected.length === 0)
    return lines.flatMap(({ amount }) => moves('cash', 'suspense', currency, amount, 'reconciliation.unknown'))
  if (cash !== 0n) {
    const said = sumOf(lines)
    return [
      ...moves('cash', 'transit', currency, transit, 'reconciliation.matched'),
      ...moves('cash', 'suspense', currency, said - cash - transit, 'reconciliation.difference')
    ]
  }
  return [
    ...lines.flatMap(({ amount }) => moves('cash', 'transit', currency, amount, 'reconciliation.matched')),
    ...moves('suspense', 'transit', currency, transit - sumOf(lines), 'reconciliation.difference')
  ]
}

/** What such a match leaves to be explained: the sum that waits on suspense, or of what is in transit and was never seen. */
export const restOf = ({ class: of, lines, expected }: Match): bigint =>
  of === 'missing_there' ? sumOf(expected) : sumOf(lines) - (of === 'amount_differs' ? sumOf(expected) : 0n)

/** From one to the other, or back where the amount is below zero; nothing posts nothing. */
function moves(debit: Place, credit: Place, currency: CurrencyCode, amount: bigint, code: string): Move[] {
  if (amount === 0n) return []
  return [
    amount > 0n
      ? { debit, credit, currency, amount, code }
      : { debit: credit, credit: debit, currency, amount: -amount, code }
  ]
}

const sumOf = (all: readonly { readonly amount: bigint }[]): bigint => all.reduce((sum, { amount }) => sum + amount, 0n)
