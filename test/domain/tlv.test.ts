import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { crc16 } from '../../domain/crc16.ts'
import { readTlv, writeTlv } from '../../domain/tlv.ts'
import { refusalOf } from './refusal-of.ts'

describe('a text of data objects', () => {
  it('is read in its order, with lengths in characters and not in bytes or UTF-16 units', () => {
    expect([...readTlv('6004北京市区0103a𝒳b')]).toEqual([
      ['60', '北京市区'],
      ['01', 'a𝒳b']
    ])
  })

  it('that is empty has none', () => {
    expect(readTlv('').size).toBe(0)
  })

  it.each([
    ['a length beyond the end', '0005abcd', { reason: 'length', tag: '00' }],
    ['a length of zero', '0000', { reason: 'length', tag: '00' }],
    ['a length in other digits', '000x1', { reason: 'length', tag: '00' }],
    ['a length that is cut off', '000', { reason: 'length', tag: '00' }],
    ['a length in full-width digits', '00０１a', { reason: 'length', tag: '00' }],
    ['a tag of letters', 'AB01x', { reason: 'tag' }],
    ['a tag that is cut off', '0001x0', { reason: 'tag' }],
    ['a tag that comes twice', '0101a0101a', { reason: 'duplicate', tag: '01' }]
  ])('with %s is refused', (_, text, data) => {
    expect(refusalOf(() => readTlv(text))).toEqual({ code: 'qr_invalid', data })
  })

  it('inside a template is refused by its full path', () => {
    expect(refusalOf(() => readTlv('0109a', '26.')).data).toEqual({ reason: 'length', tag: '26.01' })
  })

  it('comes back as it was written, whatever characters it holds', () => {
    const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 99 })
    const fields = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 99 }), value), {
      selector: ([tag]) => tag,
      maxLength: 9
    })
    fc.assert(
      fc.property(fields, (objects) => {
        const named = objects.map(([tag, text]) => [tag.toString().padStart(2, '0'), text] as const)
        expect([...readTlv(named.map(([tag, text]) => writeTlv(tag, text)).join(''))]).toEqual(named)
      })
    )
  })

  it.each(['', 'x'.repeat(100)])('cannot be written with a value that two digits do not measure', (value) => {
    expect(() => writeTlv('59', value)).toThrow(RangeError)
  })
})

describe('CRC-16/CCITT-FALSE', () => {
  it.each([
    ['123456789', '29B1'], // the check value of the catalogue of CRC algorithms
    ['', 'FFFF'],
    ['A', 'B915']
  ])('of %j is %s', (text, crc) => {
    expect(crc16(text)).toBe(crc)
  })
})
