import { describe, expect, it } from '@jest/globals'
import { defaultPolicy } from '../../domain/policy/index.ts'
import { spread } from '../../domain/recovery.ts'
import { isInWindow } from '../../domain/return-window.ts'

describe('The time that a bank has for a return', () => {
  // A Thursday: five business days later it is the next one.
  const bookedAt = new Date('2026-11-19T10:00:00.000Z')
  it.each([
    ['insufficient_funds', '2026-11-26T10:00:00.000Z', true],
    ['insufficient_funds', '2026-11-26T10:00:00.001Z', false],
    ['unauthorized', '2026-11-26T10:00:00.001Z', true],
    ['unauthorized', '2027-01-18T10:00:00.000Z', true],
    ['unauthorized', '2027-01-18T10:00:00.001Z', false]
  ])('for %s, at %s, is kept: %s', (reason, at, kept) => {
    expect(isInWindow({ bookedAt, returnedAt: new Date(at), reason }, defaultPolicy)).toBe(kept)
  })
})

describe('What comes in', () => {
  const debts = [{ outstanding: 300n }, { outstanding: 200n }]
  it.each([
    ['nothing', 0n, []],
    ['a part', 100n, [100n]],
    ['the first to the cent', 300n, [300n]],
    ['the first and a cent', 301n, [300n, 1n]],
    ['more than is owed', 1_000n, [300n, 200n]],
    ['less than nothing', -5n, []]
  ])('pays the oldest debt first: %s', (_, amount, parts) => {
    expect(spread(amount, debts).map(({ part }) => part)).toEqual(parts)
  })
})
