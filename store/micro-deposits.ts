import { randomInt } from 'node:crypto'
import type { BankLink } from './bank-link.ts'
import type { Vault } from './vault.ts'

/**
 * Two different amounts in minor units that nobody can guess, sealed for this link alone.
 * @param range both ends included, at least two amounts.
 */
export function sealAmounts(vault: Vault, { id }: Pick<BankLink, 'id'>, range: readonly [min: number, max: number]) {
  const [min, max] = range
  const first = randomInt(min, max + 1)
  // Among the amounts that are left, every one as likely as the next.
  const other = randomInt(min, max)
  const second = other < first ? other : other + 1
  const amounts: readonly bigint[] = [BigInt(first), BigInt(second)]
  return { amounts, sealed: vault.sealReply(placeOf(id), amounts.join(' ')).toString('base64') }
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
