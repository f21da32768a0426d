import { describe, expect, it } from '@jest/globals'
import { passwordFault } from '../../domain/password.ts'

describe('a password', () => {
  it.each([
    'correct horse battery',
    'Tr0ub4dor&3x',
    'ein langer deutscher Satz',
    'пароль-из-слов',
    '🐴🔋📎🦊🐙🌵🧲🪁🎻🛶'
  ])('“%s” may be chosen', (password) => {
    expect(passwordFault(password, ['ada@example.org'])).toBeUndefined()
  })

  it.each([
    ['nine char', 'too_short'],
    ['x'.repeat(129), 'too_long'],
    ['aaaaaaaaaaaa', 'common'],
    ['abcabcabcabc', 'common'],
    ['1234567890', 'common'],
    ['abcdefghijkl', 'common'],
    ['Password2024!', 'common'],
    ['qwertyuiop', 'common'],
    ['ADA@example.org', 'common']
  ])('“%s” is refused as %s', (password, fault) => {
    expect(passwordFault(password, ['ada@example.org'])).toBe(fault)
  })
})
