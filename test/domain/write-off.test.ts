import { describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import { defaultPolicy, topUpPolicy } from '../../domain/policy/index.ts'
import { writeOffNeedsFourEyes } from '../../domain/write-off.ts'

const needs = (amount: bigint, code: string) =>
  writeOffNeedsFourEyes({ amount, currency: currency(code) }, topUpPolicy(defaultPolicy))

describe('A write-off', () => {
  it('takes a second operator above 1,000 USD, not at it', () => {
    expect([99_999n, 100_000n, 100_001n].map((amount) => needs(amount, 'USD'))).toEqual([false, false, true])
  })

  it('is measured at the reference rate in other currencies', () => {
    // 1,000 USD are 909.09… EUR, 149,253.7… JPY, 307.692… KWD.
    expect([90_909n, 90_910n].map((amount) => needs(amount, 'EUR'))).toEqual([false, true])
    expect([149_253n, 149_254n].map((amount) => needs(amount, 'JPY'))).toEqual([false, true])
    expect([307_692n, 307_693n].map((amount) => needs(amount, 'KWD'))).toEqual([false, true])
  })
})
