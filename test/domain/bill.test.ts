import { describe, expect, it } from '@jest/globals'
import { longerFor, mayPassLater, needsApproval } from '../../domain/bill-acceptance.ts'
import { attemptAt, dayBegins, hourOf, localDate } from '../../domain/bill-dates.ts'
import { accountNumberFault, isPlainPattern, plainAccountNumber } from '../../domain/biller.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'
import { billers } from '../../local/seed-billers.ts'

describe('An account number at a biller', () => {
  it('is the same with spaces, hyphens and small letters', () => {
    expect(plainAccountNumber(' lw 0000-0017 ')).toBe('LW00000017')
  })

  it('has to fit the whole pattern', () => {
    const format = { pattern: 'LW[0-9]{8}', checkDigit: null }
    expect(accountNumberFault('LW00000017', format)).toBeUndefined()
    expect(accountNumberFault('XLW00000017', format)).toBe('format')
    expect(accountNumberFault('LW000000171', format)).toBe('format')
  })

  it('has to have the right check digits: Luhn, MOD 97-10', () => {
    const luhn = { pattern: '[0-9]+', checkDigit: 'luhn' } as const
    expect(accountNumberFault('79927398713', luhn)).toBeUndefined()
    expect(accountNumberFault('79927398731', luhn)).toBe('check_digit')
    const mod97 = { pattern: '[A-Z0-9]+', checkDigit: 'mod97' } as const
    expect(accountNumberFault('794002', { ...mod97 })).toBe('check_digit')
    expect(accountNumberFault('79444', { ...mod97 })).toBeUndefined()
  })

  it('of each seeded biller has an example that fits', () => {
    for (const { account, name } of billers)
      expect([name, isPlainPattern(account.pattern), accountNumberFault(account.example, account)]).toEqual([
        name,
        true,
        undefined
      ])
  })

  it('is described by a pattern that cannot take long', () => {
    for (const pattern of ['[0-9]{10}', 'AB\\d{6}', '[A-Z]{2}[0-9]{4,8}']) expect(isPlainPattern(pattern)).toBe(true)
    for (const pattern of ['(a+)+', '.*', '[0-9', '[9-0]', '', 'x{5}', '[0-9]+'])
      expect(isPlainPattern(pattern)).toBe(false)
  })
})

describe('The dates of a bill', () => {
  it('are hours of the customer’s day, also where daylight saving begins', () => {
    expect(hourOf('2026-03-29', 9, 'Europe/Berlin').toISOString()).toBe('2026-03-29T07:00:00.000Z')
    expect(hourOf('2026-03-28', 9, 'Europe/Berlin').toISOString()).toBe('2026-03-28T08:00:00.000Z')
    expect(localDate(new Date('2026-12-31T23:30:00Z'), 'Europe/Berlin')).toBe('2027-01-01')
    expect(dayBegins(new Date('2026-03-29T07:00:00Z'), 'Europe/Berlin').toISOString()).toBe('2026-03-28T23:00:00.000Z')
  })

  it('of the further attempts are days after the debit date at the same hour', () => {
    const debitAt = hourOf('2026-03-28', 9, 'Europe/Berlin')
    expect(attemptAt(debitAt, 3, 9, 'Europe/Berlin').toISOString()).toBe('2026-03-31T07:00:00.000Z')
  })
})

describe('What a customer has to say yes to', () => {
  const agreed = { cap: 1_000n, approvalRequired: false, approvedAmount: null }

  it('is a bill above its cap, by a minor unit, and not one at it', () => {
    expect([999n, 1_000n, 1_001n].map((amount) => needsApproval(agreed, amount))).toEqual([false, false, true])
  })

  it('is said once, for that amount and less', () => {
    const approved = { ...agreed, approvedAmount: 1_500n }
    expect([1_500n, 1_501n].map((amount) => needsApproval(approved, amount))).toEqual([false, true])
  })

  it('is waited for longer by the late policy, once', () => {
    const policy = defaultPolicy.bill_payment
    const longer = (latePolicy: 'pay_late' | 'skip' | 'ask' | null, approvalExtended = false) =>
      longerFor({ latePolicy, approvalExtended }, policy)
    expect([longer('pay_late'), longer('ask'), longer('skip'), longer(null)]).toEqual([
      policy.late_ms,
      policy.approval_ms,
      undefined,
      undefined
    ])
    expect(longer('pay_late', true)).toBeUndefined()
  })
})

describe('What cannot be paid now', () => {
  it('is waited for where it is money; a frozen wallet only if it was ordered for a date', () => {
    expect(mayPassLater('insufficient_funds', false)).toBe(true)
    expect([mayPassLater('wallet_frozen', false), mayPassLater('wallet_frozen', true)]).toEqual([false, true])
    expect(mayPassLater('limit_exceeded', true)).toBe(false)
  })
})
