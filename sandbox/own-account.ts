import type { Amount, BankName, JournalLine } from './bank-types.ts'
import { ownIban } from './statement.ts'
import type { z } from 'zod'
import type { World } from './world.ts'

/** In the sandbox's own references, which sort as they came. */
export const digitsOf = (seq: number): string => seq.toString().padStart(12, '0')

/**
 * Money comes to our account at a bank, or leaves it, without an instruction of ours.
 * @param who three letters of whoever moves it
 * @returns the bank's reference
 */
export function moveAtBank(
  world: World,
  {
    who,
    bank,
    direction
  }: { readonly who: string; readonly bank: BankName; readonly direction: JournalLine['direction'] },
  { amount, currency }: z.output<typeof Amount>,
  at: string
): string {
  const seq = world.banks[bank].journal.length + 1
  const reference = `${who}${bank.toUpperCase()}${digitsOf(seq)}`
  world.record({
    type: 'booked',
    bank,
    bank_reference: reference,
    line: { seq, reference, operation: 'transfer', iban: ownIban(bank), amount, currency, direction, booked_at: at }
  })
  return reference
}
