import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isValidIBAN } from 'ibantools'
import { bankOfIban, ibanAt } from '../../domain/iban.ts'

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''))

describe('the IBANs of our banks', () => {
  it('every IBAN made for a bank is valid by ibantools and leads back to that bank', () => {
    fc.assert(
      fc.property(fc.constantFrom('a' as const, 'b' as const), digits(6), digits(8), (bank, sortCode, account) => {
        const iban = ibanAt(bank, sortCode, account)
        expect(isValidIBAN(iban)).toBe(true)
        expect(bankOfIban(iban)).toBe(bank)
      })
    )
  })

  it('any two check digits are judged as ibantools judges them', () => {
    const { right, wrong } = { right: ibanAt('a', '123456', '00000007'), wrong: [] as string[] }
    for (let check = 0; check <= 99; check += 1) {
      const iban = `GB${check.toString().padStart(2, '0')}${right.slice(4)}`
      if (isValidIBAN(iban)) expect(bankOfIban(iban)).toBe('a')
      else wrong.push(iban)
    }
    expect(wrong).toHaveLength(99)
    expect(wrong.map(bankOfIban)).toEqual(wrong.map(() => undefined))
  })

  it('an IBAN with two neighbouring digits swapped belongs to nobody', () => {
    expect(bankOfIban(ibanAt('b', '120000', '00000001').replace('COFB12', 'COFB21'))).toBeUndefined()
  })

  it.each([
    ['of another bank', 'GB82WEST12345698765432'],
    ['of another country', 'DE89370400440532013000'],
    ['with spaces', 'GB82 COFA 0000 0000 0000 01'],
    ['in lower case', ibanAt('a', '000000', '00000001').toLowerCase()],
    ['with a line after it', `${ibanAt('a', '000000', '00000001')}\n`],
    ['that is empty', '']
  ])('a text %s belongs to none of our banks', (_which, text) => {
    expect(bankOfIban(text)).toBeUndefined()
  })

  it('a sort code or an account number of the wrong length makes no IBAN', () => {
    expect(() => ibanAt('a', '00000', '00000001')).toThrow(RangeError)
    expect(() => ibanAt('a', '000000', '1')).toThrow(RangeError)
  })
})
