import { describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'
import { stepUpRequired, type StepUpInput } from '../../domain/step-up.ts'

const quiet: StepUpInput = {
  amount: 1n,
  currency: currency('USD'),
  limitPolicy: 2,
  sinceStepUp: { total: 0n, count: 0 },
  recent: { count: 0, medianTwice: 0n }
}
const rulesOf = (input: Partial<StepUpInput>) => {
  const { required, rules } = stepUpRequired({ ...quiet, ...input }, defaultPolicy)
  expect(required).toBe(rules.length > 0)
  return rules
}

describe('step-up by a single amount', () => {
  it.each([
    [49_999n, 'USD', false],
    [50_000n, 'USD', true],
    [50_001n, 'USD', true],
    // 500 USD = 454.5454… EUR: 454.54 EUR are less, 454.55 EUR are more
    [45_454n, 'EUR', false],
    [45_455n, 'EUR', true],
    // 500 USD = 74,626.8… JPY = 153.846153… KWD
    [74_626n, 'JPY', false],
    [74_627n, 'JPY', true],
    [153_846n, 'KWD', false],
    [153_847n, 'KWD', true]
  ])('of %d %s holds: %s', (amount, code, holds) => {
    expect(rulesOf({ amount, currency: currency(code) }).includes('single_amount')).toBe(holds)
  })
})

describe('step-up by the sum since the last one', () => {
  it.each([
    [6_999n, 3_001n, false], // 100.00
    [7_000n, 3_001n, true], // 100.01
    [9_998n, 3_001n, true],
    [50_000n, 3_000n, false], // 30 USD is not more than 30
    [50_000n, 3_001n, true]
  ])('after %d with a payment of %d holds: %s', (total, amount, holds) => {
    const rules = rulesOf({ amount, sinceStepUp: { total, count: 1 } })
    expect(rules).toEqual(holds ? ['cumulative_amount'] : [])
  })

  it('counts this payment alone when it is the first', () => {
    expect(rulesOf({ amount: 10_000n })).toEqual([])
    expect(rulesOf({ amount: 10_001n })).toEqual(['cumulative_amount'])
  })

  it('compares in the wallet’s currency without losing a minor unit', () => {
    // 30 USD = 27.2727… EUR, 100 USD = 90.9090… EUR
    const eur = { currency: currency('EUR'), sinceStepUp: { total: 50_000n, count: 1 } }
    expect(rulesOf({ ...eur, amount: 2_727n })).toEqual([])
    expect(rulesOf({ ...eur, amount: 2_728n })).toEqual(['cumulative_amount'])
    expect(rulesOf({ ...eur, amount: 9_090n, sinceStepUp: { total: 0n, count: 0 } })).toEqual([])
    expect(rulesOf({ ...eur, amount: 9_091n, sinceStepUp: { total: 0n, count: 0 } })).toEqual(['cumulative_amount'])
  })
})

describe('step-up by the number of payments since the last one', () => {
  it.each([
    [4, 3_001n, false], // the fifth
    [5, 3_001n, true], // the sixth
    [6, 3_001n, true],
    [50, 3_000n, false],
    [50, 2_999n, false]
  ])('after %d with a payment of %d holds: %s', (count, amount, holds) => {
    expect(rulesOf({ amount, sinceStepUp: { total: 0n, count } })).toEqual(holds ? ['payment_count'] : [])
  })
})

describe('step-up by an unusual amount', () => {
  it.each([
    [10, 2_400n, 3_600n, false], // exactly 3 × 12.00
    [10, 2_400n, 3_601n, true],
    [9, 2_400n, 3_601n, false], // too few payments to speak of a median
    [10, 2_401n, 3_601n, false], // the median is 12.005, three times are 36.015
    [10, 2_401n, 3_602n, true],
    [10, 2n, 3_000n, false], // 30 USD is not more than 30
    [10, 2n, 3_001n, true]
  ])('after %d payments of twice the median %d with one of %d holds: %s', (count, medianTwice, amount, holds) => {
    expect(rulesOf({ amount, recent: { count, medianTwice } })).toEqual(holds ? ['unusual_amount'] : [])
  })
})

it('step-up names every rule that holds', () => {
  const rules = rulesOf({
    amount: 60_000n,
    sinceStepUp: { total: 0n, count: 9 },
    recent: { count: 20, medianTwice: 200n }
  })
  expect(rules).toEqual(['single_amount', 'cumulative_amount', 'payment_count', 'unusual_amount'])
})

it('step-up is never asked of the unlimited policy', () => {
  expect(rulesOf({ amount: 10n ** 17n, limitPolicy: 'unlimited', currency: currency('CHF') })).toEqual([])
})

describe('step-up by a device that is new', () => {
  const hours = (count: number) => count * 3_600_000
  it.each([
    [3_000n, hours(1), false], // 30.00: a coffee
    [3_001n, hours(1), true],
    [3_001n, hours(72) - 1, true],
    [3_001n, hours(72), false],
    [3_001n, undefined, false] // a backend, or a log-in that did not say from where
  ])('of %d cents, known for %s ms, holds: %s', (amount, deviceAgeMs, holds) => {
    expect(rulesOf({ amount, deviceAgeMs }).includes('new_device')).toBe(holds)
  })
})
