import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { currency, currencyCodes } from '../../domain/currencies.ts'
import { captureFee, merchantFee } from '../../domain/merchant-fee.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'

const policy = defaultPolicy.payment.merchant_fee
const fee = (total: bigint, code: string) => merchantFee(total, currency(code), policy)

const amounts = fc.bigInt(0n, 10n ** 18n)
const anyCurrency = fc.constantFrom(...currencyCodes())

describe('the merchant fee', () => {
  it.each([
    [1_050n, 'USD', 16n], // 6.3 → 6, + 10
    [1_084n, 'USD', 17n], // 6.504 → 7, + 10
    [1_083n, 'USD', 16n], // 6.498 → 6, + 10
    [250n, 'EUR', 12n], // 1.5 is rounded half-up to 2, + 10
    [100n, 'GBP', 11n], // 0.6 → 1, + 10
    [1_000n, 'JPY', 21n], // 6 + 15 yen
    [10_000n, 'KWD', 90n], // 60 + 30 fils
    [10_000n, 'CHF', 60n], // no fixed part
    [1n, 'CHF', 0n] // 0.006 → 0
  ])('of %d minor units of %s is %d', (total, code, expected) => {
    expect(fee(total, code)).toBe(expected)
  })

  it.each([9n, 10n, 11n])('of %d cents, about the fixed part, is never more than the amount', (total) => {
    expect(fee(total, 'USD')).toBe(total < 10n ? total : 10n)
  })

  it('of nothing is nothing', () => {
    expect(fee(0n, 'USD')).toBe(0n)
  })

  it('of a negative amount is a mistake', () => {
    expect(() => fee(-1n, 'USD')).toThrow(RangeError)
  })

  it('of a currency named like a member of Object.prototype has no fixed part', () => {
    expect(merchantFee(10_000n, 'constructor' as never, policy)).toBe(60n)
  })

  it('is never negative and never above the amount', () => {
    fc.assert(
      fc.property(amounts, anyCurrency, (total, code) => {
        const charged = merchantFee(total, code, policy)
        return charged >= 0n && charged <= total
      })
    )
  })

  it('never falls when the amount rises', () => {
    fc.assert(
      fc.property(amounts, fc.bigInt(0n, 10_000n), anyCurrency, (total, more, code) => {
        return merchantFee(total, code, policy) <= merchantFee(total + more, code, policy)
      })
    )
  })

  it('of all parts of a capture sums to the fee of the whole, with no part negative', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(1n, 100_000n), { minLength: 1, maxLength: 20 }), anyCurrency, (parts, code) => {
        let captured = 0n
        let charged = 0n
        for (const part of parts) {
          const delta = captureFee(captured, part, code, policy)
          expect(delta).toBeGreaterThanOrEqual(0n)
          captured += part
          charged += delta
        }
        expect(charged).toBe(merchantFee(captured, code, policy))
      })
    )
  })
})
