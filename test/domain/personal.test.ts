import { describe, expect, it } from '@jest/globals'
import { isEmail, isPhone, mask, normalise } from '../../domain/personal.ts'

describe('an e-mail address', () => {
  it.each(['ada@example.org', 'a.b+c@sub.example.co', "o'neil@example.org", 'ünï@exämple.org'])('may be %s', (text) => {
    expect(isEmail(text)).toBe(true)
  })
  it.each([
    'ada',
    'ada@',
    '@example.org',
    'ada@localhost',
    'a da@example.org',
    'ada@example.org.',
    'a@b@example.org',
    `${'x'.repeat(65)}@example.org`
  ])('is not %s', (text) => {
    expect(isEmail(text)).toBe(false)
  })
  it('is judged in linear time', () => {
    const started = performance.now()
    expect(isEmail(`${'a'.repeat(64)}@${'a.'.repeat(50_000)}`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('a phone number', () => {
  it.each(['+491701234567', '+12025550123'])('may be %s', (text) => {
    expect(isPhone(text)).toBe(true)
  })
  it.each(['01701234567', '+0491701234567', '+49', '+4917012345678901', '+49a701234567'])('is not %s', (text) => {
    expect(isPhone(text)).toBe(false)
  })
})

describe('two writings of one value', () => {
  it.each([
    ['email', ' Ada@Example.ORG ', 'ada@example.org'],
    ['phone', '+49 170 123-4567', '+491701234567'],
    ['iban', 'de02 1203 0000', 'DE0212030000'],
    ['name', ' Ada   Example ', 'Ada Example']
  ] as const)('of %s are the same', (kind, one, other) => {
    expect(normalise(kind, one)).toBe(normalise(kind, other))
  })
})

describe('a masked value', () => {
  it.each([
    ['name', 'Ada Lovelace', 'A*** L***'],
    ['email', 'ada@example.org', 'a***@example.org'],
    ['phone', '+491701234567', '***4567'],
    ['iban', 'DE02120300000000202051', '***2051']
  ] as const)('of %s tells enough to recognise it and no more', (kind, value, masked) => {
    expect(mask(kind, value)).toBe(masked)
  })
})
