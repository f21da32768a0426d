import { describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import { limitsFor } from '../../domain/limits.ts'
import { changed, noOwnLimit, settled, type OwnLimit } from '../../domain/own-limits.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'

const DAY_MS = 86_400_000
const now = new Date('2026-11-22T10:00:00.000Z')
const later = (ms: number) => new Date(now.getTime() + ms)
const limit = (amount: bigint | null): OwnLimit => ({ amount, next: null })

describe('an own limit', () => {
  it.each([
    ['a lower one', limit(500n), 300n],
    ['the first one', noOwnLimit, 300n],
    ['the same one', limit(300n), 300n]
  ])('that is set to %s holds at once', (_, before, wanted) => {
    expect(changed(before, wanted, now, DAY_MS)).toEqual({ limit: limit(wanted), raised: false })
  })

  it.each([
    ['a higher one', 900n],
    ['none', null]
  ])('that is set to %s waits, and the lower one holds meanwhile', (_, wanted) => {
    const { limit: next, raised } = changed(limit(500n), wanted, now, DAY_MS)
    expect(raised).toBe(true)
    expect(next).toEqual({ amount: 500n, next: { amount: wanted, at: later(DAY_MS) } })
    expect(settled(next, later(DAY_MS - 1)).amount).toBe(500n)
    expect(settled(next, later(DAY_MS))).toEqual(limit(wanted))
  })

  it('that is lowered while a raise waits is lowered, and the raise is over', () => {
    const { limit: raising } = changed(limit(500n), 900n, now, DAY_MS)
    expect(changed(raising, 400n, later(1), DAY_MS)).toEqual({ limit: limit(400n), raised: false })
  })

  it('that is set again to what a waiting raise asks for waits anew', () => {
    const { limit: raising } = changed(limit(500n), 900n, now, DAY_MS)
    const again = changed(raising, 900n, later(5), DAY_MS)
    expect(again.limit.next?.at).toEqual(later(5 + DAY_MS))
  })

  it('below the tier’s holds in its place, one above it does not, and the balance is the tier’s alone', () => {
    const own = { per_payment: 10_000n, per_day: 99_999_999n }
    const { perPayment, perDay, perMonth, balance } = limitsFor(1, defaultPolicy, currency('USD'), own)
    expect([perPayment, perDay, perMonth, balance]).toEqual([10_000n, 100_000n, 500_000n, 500_000n])
    expect(limitsFor(1, defaultPolicy, currency('EUR'), own).perPayment).toBe(9_090n)
  })

  it('holds where the tier has none', () => {
    expect(limitsFor(3, defaultPolicy, currency('USD'), { per_day: 5_000n }).perDay).toBe(5_000n)
  })
})
