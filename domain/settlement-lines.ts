/** What of a merchant's account a settlement posts itself: these close it, and are part of no other. */
export const CUT_OFF_CODES = ['settlement.holdback', 'settlement.reserve', 'settlement.payout'] as const

/** What has been due before, and comes back: it waits for no cut-off again. */
export const DUE_AT_ONCE = [
  'settlement.declined',
  'settlement.written_off',
  'settlement.reserve_released',
  'bank_return'
] as const

/** What was booked under one code on one side of a merchant's account; minor units, below zero what left it. */
export interface SettlementLine {
  readonly code: string
  readonly amount: bigint
}

export const totalNames = [
  'gross',
  'fees',
  'refunds',
  'disputes',
  'chargeback_fees',
  'splits_in',
  'splits_out',
  'reserve_released',
  'payouts_returned',
  'other'
] as const
export type TotalName = (typeof totalNames)[number]

/** Which of a statement's totals a code belongs to; one that nobody here knows is `other`, and shown by its name. */
export function totalOf({ code, amount }: SettlementLine): TotalName {
  if (code === 'payment.capture') return 'gross'
  if (code === 'payment.fee') return 'fees'
  if (code === 'payment.share' || code === 'payment.commission') return amount > 0n ? 'splits_in' : 'splits_out'
  if (code === 'settlement.reserve_released') return 'reserve_released'
  if (code.startsWith('settlement.') || code === 'bank_return') return 'payouts_returned'
  if (/^refund\b/.test(code)) return 'refunds'
  if (/^(dispute|chargeback)\b/.test(code)) return code.includes('fee') ? 'chargeback_fees' : 'disputes'
  return 'other'
}

/** Every total of a statement, those of nothing included: they add up to what was due. */
export function totalsOf(lines: readonly SettlementLine[]): Readonly<Record<TotalName, bigint>> {
  const totals = Object.fromEntries(totalNames.map((name) => [name, 0n])) as Record<TotalName, bigint>
  for (const line of lines) totals[totalOf(line)] += line.amount
  return totals
}

/** What came of sales, less what was given back of them: money that has been due before does not count again. */
export const salesIn = (lines: readonly SettlementLine[]): bigint =>
  lines
    .filter((line) => !['reserve_released', 'payouts_returned'].includes(totalOf(line)))
    .reduce((sum, { amount }) => sum + amount, 0n)
