import { describe, expect, it } from '@jest/globals'
import { factorAsked, type LogInFacts } from '../../domain/second-factor.ts'

const nobody: LogInFacts = { knownDevice: false, totp: false, hadDevice: false }

describe('A log-in whose password was right', () => {
  it.each([
    ['with nothing to compare it with', {}, 'enrolled', 'none'],
    ['of a customer who has had devices', { hadDevice: true }, 'enrolled', 'code'],
    ['of a customer with an authenticator', { totp: true }, 'enrolled', 'totp'],
    ['of a customer with both', { totp: true, hadDevice: true }, 'enrolled', 'totp'],
    ['from a known device', { knownDevice: true, totp: true, hadDevice: true }, 'enrolled', 'none'],
    ['with nothing to compare it with, where all are asked', {}, 'always', 'code'],
    ['of an authenticator’s owner, where all are asked', { totp: true }, 'always', 'totp'],
    ['from a known device, where all are asked', { knownDevice: true, hadDevice: true }, 'always', 'none']
  ])('%s has to prove what the rule says', (_, facts, asked, factor) => {
    expect(factorAsked({ ...nobody, ...facts }, { asked })).toBe(factor)
  })
})
