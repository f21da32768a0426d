import { currency } from '../domain/currencies.ts'
import type { CardJournalLine } from './card-types.ts'
import { moveAtBank } from './own-account.ts'
import type { World } from './world.ts'

/** Where the acquirer pays us, and what it keeps of it: 1.20 % and ten of the smallest units. */
const BANK = 'a'
const FEE_BASIS_POINTS = 120n
const FEE_EACH = 10n

/** Pays out what the acquirer owes us, less its fee: one sum a currency. What we owe it, it keeps off the next one. */
export function payOut(world: World): void {
  const { balances, payouts, journal } = world.acquirer
  for (const [code, balance] of balances) {
    const fee = (balance * FEE_BASIS_POINTS + 5_000n) / 10_000n + FEE_EACH
    if (balance <= fee) continue
    const [amount, at] = [(balance - fee).toString(), new Date(world.now()).toISOString()]
    const money = { amount, currency: currency(code) }
    const reference = moveAtBank(world, { who: 'ACP', bank: BANK, direction: 'in' }, money, at)
    const line = (operation: 'payout' | 'fee', sum: string, place: number): CardJournalLine => ({
      seq: journal.length + place,
      reference,
      operation,
      amount: sum,
      currency: money.currency,
      direction: 'out',
      booked_at: at
    })
    world.record({
      type: 'acquirer_payout',
      payout: { seq: payouts.length + 1, reference, bank: BANK, ...money, fee: fee.toString(), at },
      lines: [line('payout', amount, 1), line('fee', fee.toString(), 2)]
    })
  }
}
