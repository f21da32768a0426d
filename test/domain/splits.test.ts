import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { idOf, type MerchantId } from '../../domain/ids.ts'
import { apportion, captureShares, payeesPart, splitsFault, type Share } from '../../domain/splits.ts'

const merchant = (n: number): MerchantId => idOf('mer', `mer_${n.toString(16).padStart(32, '0')}`)
const share = (n: number, amount: bigint): Share => ({
  merchantId: merchant(n),
  amount,
  captured: 0n,
  refunded: 0n,
  type: 'share'
})
const sum = (amounts: readonly bigint[]) => amounts.reduce((before, amount) => before + amount, 0n)
const weights = fc.array(fc.bigInt(1n, 10n ** 12n), { minLength: 1, maxLength: 11 })

describe('a total in proportion', () => {
  it('leaves the last units to the largest remainders, and of equal ones to the first', () => {
    expect(apportion(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n])
    // 3.33, 6.66
    expect(apportion(10n, [1n, 2n])).toEqual([3n, 7n])
    expect(apportion(0n, [1n, 2n])).toEqual([0n, 0n])
    expect(apportion(5n, [0n, 2n])).toEqual([0n, 5n])
  })

  it('sums to it, and gives each their exact part but for less than one unit', () => {
    fc.assert(
      fc.property(weights, fc.bigInt(0n, 10n ** 12n), (by, total) => {
        const parts = apportion(total, by)
        expect(sum(parts)).toBe(total)
        const all = sum(by)
        parts.forEach((part, index) => {
          const off = part * all - total * by[index]!
          expect(off < all && -off < all).toBe(true)
        })
      })
    )
  })

  it('is a mistake without anything to go by, or below zero', () => {
    for (const [total, by] of [[1n, []] as const, [1n, [0n]] as const, [-1n, [1n]] as const, [1n, [2n, -1n]] as const])
      expect(() => apportion(total, by)).toThrow(RangeError)
  })
})

describe('the shares of a payment that is captured in parts', () => {
  it('get nothing beyond theirs on the way, and exactly theirs in the end, whatever the parts are', () => {
    fc.assert(
      fc.property(weights, fc.array(fc.bigInt(1n, 10n ** 6n), { maxLength: 12 }), (amounts, wanted) => {
        let shares: readonly Share[] = amounts.map((amount, index) => share(index, amount))
        let left = sum(amounts)
        const capture = (amount: bigint) => {
          const captured = captureShares(shares, amount)
          expect(sum(captured.parts)).toBe(amount)
          expect(captured.parts.every((part) => part >= 0n)).toBe(true)
          expect(captured.after.every((one) => one.captured <= one.amount)).toBe(true)
          shares = captured.after
          left -= amount
        }
        for (const amount of wanted) if (amount < left) capture(amount)
        capture(left)
        expect(shares.map(({ captured }) => captured)).toEqual(amounts)
      })
    )
  })

  it('go out in proportion: 10.00 of 100.00 shared 70, 25, 5', () => {
    const shares = [share(0, 7_000n), share(1, 2_500n), share(2, 500n)]
    const captured = captureShares(shares, 1_000n)
    expect(captured.parts).toEqual([700n, 250n, 50n])
    expect(payeesPart(shares, captured, merchant(0), 1_000n)).toBe(700n)
    // Nothing of a capture is left to a payee who has no share.
    expect(payeesPart(shares, captured, merchant(9), 1_000n)).toBe(0n)
  })

  it('leave all of it to the payee where there are none', () => {
    const captured = captureShares([], 1_000n)
    expect([captured.parts, captured.after]).toEqual([[], []])
    expect(payeesPart([], captured, merchant(0), 1_000n)).toBe(1_000n)
  })
})

describe('shares', () => {
  const faultOf = (shares: Share[], fee = 70n) => splitsFault(shares, { payee: merchant(0), amount: 10_000n, fee })

  it.each([
    ['fit', [70n, 9_930n], undefined],
    ['leave the payee less than the fee', [69n, 9_931n], 'must leave the payee at least the fee, 70, and leave 69'],
    ['make one unit too little', [5_000n, 4_999n], 'must make 10000, and make 9999'],
    ['make one unit too much', [5_000n, 5_001n], 'must make 10000, and make 10001']
  ] as const)('that %s (%j): %s', (_, [own, other], message) => {
    expect(faultOf([share(0, own), share(1, other)])?.message).toBe(message)
  })

  it('name each merchant once, and the payee unless there is no fee', () => {
    expect(faultOf([share(0, 5_000n), share(1, 2_000n), share(1, 3_000n)])?.at).toBe('/2/merchant_id')
    expect(faultOf([share(1, 10_000n)])).toMatchObject({
      at: '',
      message: 'must leave the payee at least the fee, 70, and leave 0'
    })
    expect(faultOf([share(1, 10_000n)], 0n)).toBeUndefined()
  })
})
