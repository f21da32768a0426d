import { describe, expect, it } from '@jest/globals'
import { factorAsked, type LogInFacts } from '../../domain/second-factor.ts'

const nobody: LogInFacts = { knownDevice: false, totp: false, hadDevice: false }

describe('A log-in whose password was right', () => {
  it.each([
    ['with nothing to compare it with', {}, false, 'none'],
    ['of a customer who has had devices', { hadDevice: true }, false, 'code'],
    ['of a customer with an authenticator', { totp: true }, false, 'totp'],
    ['of a customer with both', { totp: true, hadDevice: true }, false, 'totp'],
    ['from a known device', { knownDevice: true, totp: true, hadDevice: true }, false, 'none'],
    ['with nothing to compare it with, where all are asked', {}, true, 'code'],
    ['of an authenticator’s owner, where all are asked', { totp: true }, true, 'totp'],
    ['from a known device, where all are asked', { knownDevice: true, hadDevice: true }, true, 'none']
  ])('%s has to prove what the rule says', (_, facts, always, factor) => {
    expect(factorAsked({ ...nobody, ...facts }, { always })).toBe(factor)
  })
})
