import { describe, expect, it } from '@jest/globals'
import { attemptsLeft, isPin, pinFault, pinLockMs } from '../../domain/pin.ts'
import { defaultPolicy, mergePolicy } from '../../domain/policy/index.ts'

const { pin: policy } = defaultPolicy
const minutes = 60_000

describe('a PIN', () => {
  it.each(['194736', '805219', '620941'])('that nobody guesses, %s, may be chosen', (pin) => {
    expect(pinFault(pin, policy)).toBeUndefined()
  })

  it.each(['', '12345', '1234567', '12345a', ' 94736', '１９４７３６', '194736\n', '-19473'])(
    'of another form, %j, may not',
    (pin) => {
      expect(pinFault(pin, policy)).toBe('format')
      expect(isPin(pin, policy)).toBe(false)
    }
  )

  // the ten most frequent of Markert et al., 2020
  it.each('123456 654321 111111 000000 123123 666666 121212 112233 789456 159753'.split(' '))(
    'among the ten most frequent ones, %s, may not',
    (pin) => expect(pinFault(pin, policy)).toBe('common')
  )

  it.each([
    ['one digit', '999999'],
    ['two digits', '122121'],
    ['a run upwards over nine', '789012'],
    ['a run downwards over zero', '210987'],
    ['steps of two', '246802'],
    ['a pair three times', '424242'],
    ['a triple twice', '947947'],
    ['doubled digits', '449911'],
    ['the list of the policy', '147258']
  ])('that is %s, such as %s, may not', (_, pin) => {
    expect(pinFault(pin, policy)).toBe('common')
  })

  it.each(['240793', '072493', '930724', '199307', '071993'])('that is the own birth date, %s, may not', (pin) => {
    expect(pinFault(pin, policy, '1993-07-24')).toBe('common')
    expect(pinFault(pin, policy, '1961-03-05')).toBeUndefined()
  })

  it('is refused for being common seldom enough to leave 98 in 100 free', () => {
    // Every 13th of the million: a step that has no factor in common with ten visits all kinds of digits.
    const sample = Array.from({ length: 76_923 }, (_, n) => (n * 13).toString().padStart(6, '0'))
    const refused = sample.filter((pin) => pinFault(pin, policy) !== undefined).length / sample.length
    expect(refused).toBeGreaterThan(0.001)
    expect(refused).toBeLessThan(0.02)
  })

  it('follows a policy of eight digits', () => {
    const { pin } = mergePolicy({ pin: { digits: 8 } })
    expect(pinFault('19473605', pin)).toBeUndefined()
    expect(pinFault('194736', pin)).toBe('format')
    expect(pinFault('24071993', pin, '1993-07-24')).toBe('common')
    expect(pinFault('12341234', pin)).toBe('common')
  })
})

describe('wrong PINs in a row', () => {
  it.each([
    [0, 0, 5],
    [1, 0, 4],
    [4, 0, 1],
    [5, 30 * minutes, 0],
    [6, 0, 4],
    [9, 0, 1],
    [10, 60 * minutes, 0],
    [15, 120 * minutes, 0],
    [30, 960 * minutes, 0],
    [35, 1_440 * minutes, 0],
    [5_000_000, 1_440 * minutes, 0]
  ])('%d of them lock for %d ms and leave %d tries', (failures, lock, left) => {
    expect(pinLockMs(failures, policy)).toBe(lock)
    expect(attemptsLeft(failures, policy)).toBe(left)
  })

  it('cannot be a negative or broken number', () => {
    expect(() => pinLockMs(-1, policy)).toThrow(RangeError)
    expect(() => pinLockMs(0.5, policy)).toThrow(RangeError)
  })
})
