import { randomInt } from 'node:crypto'
import type { BankLink } from './bank-link.ts'
import type { Vault } from './vault.ts'

/**
 * Two different amounts in minor units that nobody can guess, each admissible pair as likely as the next, sealed for this
 * link alone.
 * @param min of each. @param max of both together.
 * @throws {RangeError} when there is no such pair.
 */
export function sealAmounts(
  vault: Vault,
  { id }: Pick<BankLink, 'id'>,
  { min, max }: { readonly min: number; readonly max: number }
): { amounts: readonly bigint[]; sealed: string } {
  if (min < 1 || 2 * min + 1 > max) throw new RangeError(`no two amounts from ${min} make at most ${max}`)
  const draw = () => randomInt(min, max - min + 1)
  for (;;) {
    const [first, second] = [draw(), draw()]
    if (first === second || first + second > max) continue
    const amounts = [BigInt(first), BigInt(second)]
    return { amounts, sealed: vault.sealReply(placeOf(id), amounts.join(' ')).toString('base64') }
  }
}

/** In the order of the deposits; empty before they were chosen. */
export function openAmounts(vault: Vault, { id, amounts }: Pick<BankLink, 'id' | 'amounts'>): readonly bigint[] {
  if (amounts === null) return []
  return vault.openReply(placeOf(id), Buffer.from(amounts, 'base64')).split(' ').map(BigInt)
}

/** What is kept of a try: equal for equal amounts of one link in any order, and without the key it tells nothing. */
export function amountsIndex(vault: Vault, id: string, amounts: readonly bigint[]): string {
  const inOrder = [...amounts].sort((one, other) => (one < other ? -1 : Number(one > other)))
  return vault.blindIndex('micro_deposits', `${id}|${inOrder.join('|')}`).toString('hex')
}

const placeOf = (id: string): string => `micro_deposits|${id}`
