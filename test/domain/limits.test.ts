import { describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import { limitWindows, limitsFor } from '../../domain/limits.ts'
import { defaultPolicy, mergePolicy } from '../../domain/policy/index.ts'
import { fromUsd, hasReferenceRate } from '../../domain/reference-rates.ts'

const rates = defaultPolicy.limits.reference_rates
const none = { perPayment: null, perDay: null, perMonth: null, balance: null }

describe('limits', () => {
  it.each([
    ['USD', 1, [50_000n, 100_000n, 500_000n, 500_000n]],
    ['USD', 2, [500_000n, 1_000_000n, 5_000_000n, 10_000_000n]],
    ['USD', 0, [0n, 0n, 0n, 0n]],
    // 500 / 1.10 = 454.5454…, 1,000 / 1.10 = 909.0909…, 5,000 / 1.10 = 4,545.4545…
    ['EUR', 1, [45_454n, 90_909n, 454_545n, 454_545n]],
    // 500 / 0.0067 = 74,626.86… yen, which have no decimals
    ['JPY', 1, [74_626n, 149_253n, 746_268n, 746_268n]],
    // 500 / 3.25 = 153.846153…, in fils
    ['KWD', 1, [153_846n, 307_692n, 1_538_461n, 1_538_461n]]
  ] as const)('in %s of tier %d are those of the table at the reference rate, rounded down', (code, tier, expected) => {
    const { perPayment, perDay, perMonth, balance } = limitsFor(tier, defaultPolicy, currency(code))
    expect([perPayment, perDay, perMonth, balance]).toEqual(expected)
  })

  it('of tier 3 are none until the policy sets some', () => {
    expect(limitsFor(3, defaultPolicy, currency('EUR'))).toEqual(none)
    const policy = mergePolicy({ limits: { tiers: { 3: { per_payment_usd: '11000000' } } } })
    expect(limitsFor(3, policy, currency('EUR'))).toEqual({ ...none, perPayment: 10_000_000n })
  })

  it('of the unlimited policy are none in any currency, rate or no rate', () => {
    expect(limitsFor('unlimited', defaultPolicy, currency('CHF'))).toEqual(none)
  })

  it('in a currency without a reference rate are a mistake that can be asked about before', () => {
    expect(hasReferenceRate(currency('CHF'), rates)).toBe(false)
    expect(hasReferenceRate(currency('USD'), rates)).toBe(true)
    expect(() => limitsFor(1, defaultPolicy, currency('CHF'))).toThrow('no reference rate for CHF')
  })
})

describe('an amount in US cents', () => {
  it('is the same on both sides when the rate divides it', () => {
    expect(fromUsd(110n, currency('EUR'), rates, 'down')).toBe(100n)
    expect(fromUsd(110n, currency('EUR'), rates, 'up')).toBe(100n)
  })

  it('is one minor unit apart between rounding down and up otherwise', () => {
    expect(fromUsd(50_000n, currency('EUR'), rates, 'down')).toBe(45_454n)
    expect(fromUsd(50_000n, currency('EUR'), rates, 'up')).toBe(45_455n)
  })

  it('takes rates without decimals', () => {
    expect(fromUsd(1_000n, currency('KWD'), { KWD: '4' }, 'down')).toBe(2_500n)
  })
})

describe('limit windows', () => {
  it.each([
    // midnight in Berlin in winter (UTC+1) and summer (UTC+2)
    ['Europe/Berlin', '2026-11-20T22:59:59.999Z', '2026-11-20'],
    ['Europe/Berlin', '2026-11-20T23:00:00.000Z', '2026-11-21'],
    ['Europe/Berlin', '2026-06-30T21:59:59.999Z', '2026-06-30'],
    ['Europe/Berlin', '2026-06-30T22:00:00.000Z', '2026-07-01'],
    // the day of 23 hours: clocks go from 02:00 to 03:00 on 2026-03-29
    ['Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29'],
    ['Europe/Berlin', '2026-03-29T21:59:59.999Z', '2026-03-29'],
    ['Europe/Berlin', '2026-03-29T22:00:00.000Z', '2026-03-30'],
    // the day of 25 hours: clocks go back on 2026-10-25
    ['Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T22:59:59.999Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T23:00:00.000Z', '2026-10-26'],
    // Auckland: UTC+13 in its summer, UTC+12 in its winter, turned on 2026-04-05 and 2026-09-27
    ['Pacific/Auckland', '2026-01-31T10:59:59.999Z', '2026-01-31'],
    ['Pacific/Auckland', '2026-01-31T11:00:00.000Z', '2026-02-01'],
    ['Pacific/Auckland', '2026-04-05T11:59:59.999Z', '2026-04-05'],
    ['Pacific/Auckland', '2026-04-05T12:00:00.000Z', '2026-04-06'],
    ['Pacific/Auckland', '2026-09-27T10:59:59.999Z', '2026-09-27'],
    ['Pacific/Auckland', '2026-09-27T11:00:00.000Z', '2026-09-28'],
    // Kathmandu: UTC+5:45
    ['Asia/Kathmandu', '2026-12-31T18:14:59.999Z', '2026-12-31'],
    ['Asia/Kathmandu', '2026-12-31T18:15:00.000Z', '2027-01-01']
  ])('in %s at %s are those of %s', (zone, instant, day) => {
    expect(limitWindows(new Date(instant), zone)).toEqual({ day, month: day.slice(0, 7) })
  })

  it('of a leap day name it', () => {
    expect(limitWindows(new Date('2028-02-29T12:00:00.000Z'), 'UTC')).toEqual({ day: '2028-02-29', month: '2028-02' })
  })

  it('of a zone that does not exist or an instant that is none are a mistake', () => {
    expect(() => limitWindows(new Date(0), 'Europe/Atlantis')).toThrow(RangeError)
    expect(() => limitWindows(new Date('never'), 'UTC')).toThrow(RangeError)
  })
})
