import { describe, expect, it } from '@jest/globals'
import { matchTotp, toBase32, totpCode, totpStep } from '../../store/totp.ts'

const secret = Buffer.from('12345678901234567890')
const codeAt = (seconds: number) => totpCode(secret, totpStep(seconds * 1000))

describe('A code', () => {
  it.each([
    [0, '755224'],
    [1, '287082'],
    [2, '359152'],
    [3, '969429'],
    [4, '338314'],
    [5, '254676'],
    [6, '287922'],
    [7, '162583'],
    [8, '399871'],
    [9, '520489']
  ])('of counter %d is that of RFC 4226, appendix D', (counter, code) => {
    expect(totpCode(secret, counter)).toBe(code)
  })

  it.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130']
  ])('at second %d is the last six digits of that of RFC 6238, appendix B', (seconds, eight) => {
    expect(codeAt(seconds)).toBe(eight.slice(-6))
  })

  it('is taken in its step, the one before and the one after, and says which step it is of', () => {
    const at = 1_234_567_890_000
    const step = totpStep(at)
    expect([-2, -1, 0, 1, 2].map((offset) => matchTotp(secret, totpCode(secret, step + offset), at))).toEqual([
      undefined,
      step - 1,
      step,
      step + 1,
      undefined
    ])
    expect(matchTotp(secret, '12345', at)).toBeUndefined()
  })
})

it.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI']
])('The base32 of "%s" is that of RFC 4648, without padding', (text, base32) => {
  expect(toBase32(Buffer.from(text))).toBe(base32)
})
