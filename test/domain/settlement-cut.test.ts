import { describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import { mergePolicy, settlementPolicy } from '../../domain/policy/index.ts'
import { cutOff, settlementDayAt, type SettlementDue } from '../../domain/settlement-cut.ts'
import { totalsOf } from '../../domain/settlement-lines.ts'

const policy = settlementPolicy(mergePolicy({}))
const DAY_MS = 86_400_000
const now = new Date('2026-11-24T16:00:00Z')

const seen = (over: Partial<SettlementDue> = {}): SettlementDue => ({
  currency: currency('USD'),
  lines: [
    { code: 'payment.capture', amount: 10_000n },
    { code: 'payment.fee', amount: -70n }
  ],
  carriedIn: 0n,
  available: 9_930n,
  owed: 0n,
  activeSince: new Date(now.getTime() - 91 * DAY_MS),
  now,
  ...over
})

describe('What is due to a merchant', () => {
  it.each([
    ['is paid whole once they are known', {}, { amount: 9_930n, reserve: 0n, holdback: 0n, carriedOut: 0n }],
    ['leaves 5 % in the first 90 days', { activeSince: now }, { amount: 9_434n, reserve: 496n }],
    [
      'leaves it until the last day of them',
      { activeSince: new Date(now.getTime() - 90 * DAY_MS + 1) },
      { reserve: 496n }
    ],
    ['pays first what they owe', { owed: 4_000n }, { holdback: 4_000n, amount: 5_930n }],
    ['pays that as far as it reaches', { owed: 40_000n }, { holdback: 9_930n, amount: 0n }],
    [
      'is never above what is available; the rest is carried',
      { available: 9_000n },
      { amount: 9_000n, carriedOut: 930n }
    ],
    ['has what was carried before', { carriedIn: 930n, available: 20_000n }, { amount: 10_860n, carriedOut: 0n }]
  ])('%s', (_, over, parts) => {
    const cut = cutOff(seen(over), policy)!
    expect(cut).toMatchObject(parts)
    const { carriedIn } = seen(over)
    expect(cut.due + carriedIn).toBe(cut.holdback + cut.reserve + cut.amount + cut.carriedOut)
  })

  it.each([
    ['nothing', { lines: [] }],
    ['less than a dollar', { lines: [{ code: 'payment.capture', amount: 99n }] }],
    ['more refunded than sold', { lines: [{ code: 'refund.to_wallet', amount: -1n }] }],
    ['nothing available', { available: 0n }]
  ])('is not settled when it is %s', (_, over) => {
    expect(cutOff(seen(over), policy)).toBeUndefined()
  })

  it('is held back once: what comes back after that leaves no reserve again', () => {
    const lines = [
      { code: 'settlement.declined', amount: 9_434n },
      { code: 'settlement.reserve_released', amount: 496n }
    ]
    expect(cutOff(seen({ activeSince: now, lines }), policy)).toMatchObject({ reserve: 0n, amount: 9_930n })
  })

  it('is told by what it was booked as; what nobody knows is other', () => {
    const codes = ['payment.share', 'payment.commission', 'refund.to_bank', 'dispute.opened', 'chargeback.fee', 'x.y']
    const lines = codes.map((code, index) => ({ code, amount: index === 0 ? 5n : -(10n ** BigInt(index)) }))
    expect(totalsOf(lines)).toMatchObject({
      splits_in: 5n,
      splits_out: -10n,
      refunds: -100n,
      disputes: -1_000n,
      chargeback_fees: -10_000n,
      other: -100_000n
    })
  })
})

describe('The business day that is settled', () => {
  it.each([
    ['at the cut-off', '2026-11-24T16:00:00Z', '2026-11-24', '2026-11-23T16:00:00.000Z'],
    ['a moment before it', '2026-11-24T15:59:59.999Z', '2026-11-23', '2026-11-20T16:00:00.000Z'],
    ['on a Monday morning', '2026-11-23T09:00:00Z', '2026-11-20', '2026-11-19T16:00:00.000Z'],
    ['on a Sunday', '2026-11-22T18:00:00Z', '2026-11-20', '2026-11-19T16:00:00.000Z']
  ])('%s is the last one whose cut-off is over, for what the day before has brought', (_, at, date, until) => {
    const day = settlementDayAt(new Date(at), policy)
    expect([day.date, day.cutOff.toISOString()]).toEqual([date, until])
  })

  it('goes by the clock on the wall where the cut-off is, daylight saving or not', () => {
    const berlin = settlementPolicy(mergePolicy({ settlement: { cut_off: { time: '17:00', zone: 'Europe/Berlin' } } }))
    const day = settlementDayAt(new Date('2026-10-26T16:30:00Z'), berlin)
    expect([day.date, day.cutOff.toISOString()]).toEqual(['2026-10-26', '2026-10-23T15:00:00.000Z'])
  })

  it('is refused by a policy whose time or zone is none', () => {
    const withCutOff = (cut_off: object) => () => mergePolicy({ settlement: { cut_off } })
    expect(withCutOff({ time: '24:00' })).toThrow(/settlement\.cut_off\.time/)
    expect(withCutOff({ zone: 'Mars/Olympus' })).toThrow(/settlement\.cut_off\.zone/)
  })
})
