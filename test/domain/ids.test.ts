import { describe, expect, it } from '@jest/globals'
import { idOf, isId, sameDigits } from '../../domain/ids.ts'

const digits = '0123456789abcdef0123456789abcdef'

describe('an id', () => {
  it('is its prefix and 128 bits of lower-case hex', () => {
    expect(isId('pay', `pay_${digits}`)).toBe(true)
    expect(idOf('pay', `pay_${digits}`)).toBe(`pay_${digits}`)
  })

  it.each([
    '',
    digits,
    `pay${digits}`,
    `top_${digits}`,
    `pay_${digits.toUpperCase()}`,
    `pay_${digits.slice(1)}`,
    `pay_${digits}0`,
    `pay_${digits}\n`,
    ` pay_${digits}`,
    `pay_pay_${digits.slice(4)}`,
    `pay_${digits.slice(0, 31)}g`
  ])('of a payment is not %j', (text) => {
    expect(isId('pay', text)).toBe(false)
    expect(() => idOf('pay', text)).toThrow(TypeError)
  })

  it('under another prefix keeps its digits', () => {
    expect(sameDigits('rct', `pay_${digits}`)).toBe(`rct_${digits}`)
  })

  it('that is none has no digits to keep', () => {
    expect(() => sameDigits('rct', 'pay_12')).toThrow(TypeError)
  })
})
