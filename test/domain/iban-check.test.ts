import { describe, expect, it } from '@jest/globals'
import { countrySpecs, isValidIBAN, composeIBAN } from 'ibantools'
import { isIban } from '../../domain/iban-check.ts'
import { ibanAt } from '../../domain/iban.ts'

/** Territories whose banks issue IBANs of France or Finland: the registry gives these no code of their own. */
const without = new Set(['AX', 'BL', 'GF', 'GP', 'MF', 'MQ', 'NC', 'PF', 'PM', 'RE', 'TF', 'WF', 'YT'])

/** An account of nobody in each country of the registry, as ibantools makes it. */
const samples = Object.entries(countrySpecs).flatMap(([country, spec]) => {
  if (!spec.IBANRegistry || !spec.chars || without.has(country)) return []
  const iban = withCheckDigits(country, '1'.repeat(spec.chars - 4))
  return [[country, iban] as const]
})

function withCheckDigits(countryCode: string, bban: string): string {
  const digits = [...`${bban}${countryCode}00`].map((each) => Number.parseInt(each, 36)).join('')
  return `${countryCode}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${bban}`
}

describe('An IBAN', () => {
  it('of each country of the registry has the length that ibantools gives it', () => {
    expect(samples.length).toBeGreaterThan(70)
    expect(samples.filter(([, iban]) => !isIban(iban))).toEqual([])
    expect(samples.filter(([, iban]) => isIban(withCheckDigits(iban.slice(0, 2), iban.slice(5))))).toEqual([])
  })

  it.each([
    ['DE89370400440532013000', true],
    ['GB82WEST12345698765432', true],
    ['DE88370400440532013000', false],
    ['DE8937040044053201300', false],
    ['de89370400440532013000', false],
    ['DE89 3704 0044 0532 0130 00', false],
    ['ZZ89370400440532013000', false],
    ['', false]
  ])('that reads %s is judged as ibantools judges it: %s', (text, valid) => {
    expect(isValidIBAN(text)).toBe(valid)
    expect(isIban(text)).toBe(valid)
  })

  it('of our banks is one, and of another bank of their country too', () => {
    expect(isIban(ibanAt('a', '000000', '00000001'))).toBe(true)
    expect(isIban(composeIBAN({ countryCode: 'GB', bban: 'WEST12345698765432' })!)).toBe(true)
  })
})
