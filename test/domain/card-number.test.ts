import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { carriesCardNumber, hideCardNumbers, isCardNumber, passesLuhn } from '../../domain/card-number.ts'
import { newNumber } from '../support/cards.ts'

describe('A card’s number', () => {
  it.each([
    ['4242424242424242', true],
    ['4242424242424241', false],
    ['378282246310005', true],
    ['0', true]
  ])('%s passes the check of its last digit: %p', (digits, passes) => {
    expect(passesLuhn(digits)).toBe(passes)
  })

  it.each([
    '4242424242424242',
    '4242 4242 4242 4242',
    '4242-4242-4242-4242',
    'my card is 4242424242424242, thanks',
    'x4242424242424242y',
    '{"a":4242424242424242}',
    '４２４２４２４２４２４２４２４２',
    '994242424242424242'
  ])('is found in %s, and taken out', (text) => {
    expect(carriesCardNumber(text)).toBe(true)
    expect(hideCardNumbers(text)).not.toMatch(/4242|４２４２/)
  })

  it.each([
    '',
    '4111',
    'cus_42424242424242424242424242424242',
    `ctk_${'abcd'.repeat(8)}`,
    '+49151123456',
    '4242 and 4242'
  ])('is not found in %p', (text) => {
    expect(carriesCardNumber(text)).toBe(false)
    expect(hideCardNumbers(text)).toBe(text)
  })

  it.each([
    ['4242 4242 4242 4242', true],
    ['4242424242424241', false],
    ['1764000000000', false],
    ['key 4242424242424242', false],
    ['4242-4242-4242-4242-4242', false],
    ['0b5d4242-4242-4242-8242-424242424242', false]
  ])('%s is one, and nothing else: %p', (text, is) => {
    expect(isCardNumber(text)).toBe(is)
  })

  it('is found wherever it stands in a text, of any length and range', () => {
    const place = fc.string({ maxLength: 20 }).map((text) => text.replace(/[0-9]/g, ''))
    fc.assert(
      fc.property(place, fc.constantFrom('424242', '520082', '510510'), place, (before, first, after) =>
        carriesCardNumber(`${before}${newNumber(first)}${after}`)
      )
    )
  })
})
