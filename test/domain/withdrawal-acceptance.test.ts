import { describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import { mergePolicy, withdrawalPolicy } from '../../domain/policy/index.ts'
import { decideWithdrawal, withdrawalFee, type WithdrawalRequested } from '../../domain/withdrawal-acceptance.ts'

const policy = withdrawalPolicy(mergePolicy({}))
const now = new Date('2026-11-11T12:00:00.000Z') // a Wednesday

const fine: WithdrawalRequested = {
  amount: 10_000n,
  currency: currency('USD'),
  customerMayPay: true,
  walletState: 'active',
  bankAccount: 'usable',
  suspended: false,
  limitPolicy: 2,
  ownLimits: {},
  available: 1_000_000n,
  usedToday: 0n,
  usedThisMonth: 0n,
  taken: { burst: 0, daily: 0 },
  young: [],
  zone: 'Europe/Berlin',
  now,
  coolingUntil: null,
  knownPayee: true,
  confirmed: false,
  reviewed: false,
  riskRules: [],
  earlier: []
}
const decide = (other: Partial<WithdrawalRequested>, by = policy) => {
  const decision = decideWithdrawal({ ...fine, ...other }, by)
  if (decision.kind === 'decline') return [decision.code, ...Object.values(decision.data)]
  return decision.kind === 'confirm' ? ['confirm', ...decision.rules] : [decision.kind]
}

describe('A withdrawal', () => {
  it('to a known account, within all limits, is held at once', () => {
    expect(decide({})).toEqual(['hold'])
  })

  it.each<[string, Partial<WithdrawalRequested>, string[]]>([
    ['the rail is suspended', { suspended: true }, ['rail_suspended']],
    ['an own limit is passed', { ownLimits: { per_day: 9_999n } }, ['limit_exceeded', 'day']],
    ['the wallet is closed', { walletState: 'closed' }, ['account_closed']],
    ['the bank account is not linked any more', { bankAccount: 'closed' }, ['account_closed']],
    ['the bank account is suspended', { bankAccount: 'suspended' }, ['bank_account_suspended']],
    ['the wallet is frozen', { walletState: 'frozen' }, ['wallet_frozen']],
    ['the customer is suspended', { customerMayPay: false }, ['wallet_frozen']],
    ['nobody knows the customer', { limitPolicy: 0, amount: 1n }, ['limit_exceeded', 'payment']],
    ['five were taken in within ten minutes', { taken: { burst: 5, daily: 5 } }, ['velocity_exceeded', 'burst']],
    ['twenty were taken in within a day', { taken: { burst: 0, daily: 20 } }, ['velocity_exceeded', 'daily']]
  ])('is declined while %s', (_why, other, decision) => {
    expect(decide(other)).toEqual(decision)
  })

  it.each([
    ['payment', { amount: 500_000n }, { amount: 500_001n }],
    ['day', { usedToday: 990_000n }, { usedToday: 990_001n }],
    ['month', { usedThisMonth: 4_990_000n }, { usedThisMonth: 4_990_001n }]
  ])('reaches the limit by %s, and not one cent more', (limit, reaches, passes) => {
    expect(decide({ confirmed: true, ...reaches })).toEqual(['hold'])
    expect(decide({ confirmed: true, ...passes })).toEqual(['limit_exceeded', limit])
  })

  it('takes what the wallet has available with the fee, and not one cent more', () => {
    const withFee = { ...policy, fee_usd: '25' }
    expect(decide({ available: 10_000n })).toEqual(['hold'])
    expect(decide({ available: 9_999n })).toEqual(['insufficient_funds'])
    expect(decide({ available: 10_025n }, withFee)).toEqual(['hold'])
    expect(decide({ available: 10_024n }, withFee)).toEqual(['insufficient_funds'])
  })

  it('is let through by velocity up to the last one, and counts for nothing once it was taken in', () => {
    expect(decide({ taken: { burst: 4, daily: 19 } })).toEqual(['hold'])
    expect(decide({ taken: { burst: 5, daily: 20 }, confirmed: true })).toEqual(['hold'])
  })

  it('has to be confirmed from 500 USD on, and when nobody has confirmed one to that account', () => {
    expect(decide({ amount: 49_999n })).toEqual(['hold'])
    expect(decide({ amount: 50_000n })).toEqual(['confirm', 'single_amount'])
    expect(decide({ knownPayee: false })).toEqual(['confirm', 'first_payee'])
    expect(decide({ amount: 50_000n, knownPayee: false })).toEqual(['confirm', 'single_amount', 'first_payee'])
    expect(decide({ amount: 50_000n, knownPayee: false, confirmed: true })).toEqual(['hold'])
  })

  it('of a customer without limits knows neither limit nor velocity nor confirmation, but funds', () => {
    const free = { limitPolicy: 'unlimited', taken: { burst: 99, daily: 99 }, knownPayee: false } as const
    expect(decide({ ...free, amount: 1_000_000n })).toEqual(['hold'])
    expect(decide({ ...free, amount: 1_000_001n })).toEqual(['insufficient_funds'])
  })
})

describe('Money of a young link', () => {
  const young = (amount: bigint, bookedAt: string) => ({ amount, bookedAt: new Date(bookedAt) })
  const monday = '2026-11-09T08:00:00.000Z'
  const tuesday = '2026-11-10T08:00:00.000Z'

  it('stays until five business days after it was booked, and not an instant longer', () => {
    const booked = young(10_000n, '2026-11-04T12:00:00.000Z')
    const before = new Date(now.getTime() - 1)
    expect(decide({ available: 10_000n, young: [booked], now: before })).toEqual([
      'not_withdrawable_yet',
      '2026-11-11T12:00:00.000Z'
    ])
    expect(decide({ available: 10_000n, young: [booked], now })).toEqual(['hold'])
  })

  it('keeps back only itself: what else the wallet has may leave, to the cent', () => {
    expect(decide({ available: 15_000n, young: [young(5_000n, monday)] })).toEqual(['hold'])
    expect(decide({ available: 14_999n, young: [young(5_000n, monday)] })[0]).toBe('not_withdrawable_yet')
  })

  it('counts as spent last, so that what was spent does not set it free', () => {
    expect(decide({ amount: 1n, available: 4_000n, young: [young(5_000n, monday)] })[0]).toBe('not_withdrawable_yet')
  })

  it('says when enough of it is free, and not when all is', () => {
    const both = [young(6_000n, tuesday), young(6_000n, monday)]
    expect(decide({ available: 16_000n, young: both })).toEqual(['not_withdrawable_yet', '2026-11-16T08:00:00.000Z'])
    expect(decide({ available: 12_000n, amount: 7_000n, young: both })).toEqual([
      'not_withdrawable_yet',
      '2026-11-17T08:00:00.000Z'
    ])
  })

  it('does not hide that there is too little of any', () => {
    expect(decide({ available: 9_999n, young: [young(9_999n, monday)] })).toEqual(['insufficient_funds'])
  })
})

describe('The fee of a withdrawal', () => {
  it('is nothing by default, and else flat at the reference rate, never above the amount', () => {
    expect(withdrawalFee(10_000n, currency('USD'), policy)).toBe(0n)
    const withFee = { ...policy, fee_usd: '110' }
    expect(withdrawalFee(10_000n, currency('USD'), withFee)).toBe(110n)
    expect(withdrawalFee(10_000n, currency('EUR'), withFee)).toBe(100n)
    expect(withdrawalFee(99n, currency('USD'), withFee)).toBe(99n)
  })
})
