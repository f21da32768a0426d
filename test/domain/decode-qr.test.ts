import { describe, expect, it } from '@jest/globals'
import { crc16 } from '../../domain/crc16.ts'
import { decodeQr } from '../../domain/qr.ts'
import { writeTlv } from '../../domain/tlv.ts'
import { refusalOf } from './refusal-of.ts'

const merchant = 'mer_0123456789abcdef0123456789abcdef'
const base: readonly (readonly [string, string])[] = [
  ['00', '01'],
  ['01', '11'],
  ['26', writeTlv('00', 'app.coffer') + writeTlv('01', merchant)],
  ['52', '5814'],
  ['53', '840'],
  ['58', 'DE'],
  ['59', 'Cafe'],
  ['60', 'Leipzig']
]
/** The base code with some tags replaced, left out (null) or added, and a checksum that fits. */
function code(changes: Readonly<Record<string, string | null>> = {}): string {
  const fields = new Map<string, string | null>([...base, ...Object.entries(changes)])
  const body = [...fields].map(([tag, value]) => (value === null ? '' : writeTlv(tag, value))).join('')
  return sealed(body)
}
const sealed = (body: string) => `${body}6304${crc16(`${body}6304`)}`
const reasonOf = (text: string) => {
  const { code: refused, data } = refusalOf(() => decodeQr(text))
  return `${refused} ${String(data['reason'])} ${String(data['tag'] ?? '')}`.trim()
}

describe('a code of any scheme', () => {
  it('of a currency that no active one is decodes without an amount', () => {
    expect(decodeQr(code({ '53': '999', '54': '1.5' }))).toMatchObject({ currencyNumeric: '999', payable: false })
    expect(decodeQr(code({ '53': '999', '54': '1.5' })).amount).toBeUndefined()
  })

  it('keeps the number of additional data that EMVCo has not named', () => {
    expect(decodeQr(code({ '62': '5003abc1104x1y2' })).additional).toEqual({ '50': 'abc', merchant_channel: 'x1y2' })
  })
})

describe('a code of ours', () => {
  it('can be paid', () => {
    expect(decodeQr(code())).toMatchObject({ payable: true, merchantId: merchant, static: true })
  })

  it.each([
    ['26.01', writeTlv('00', 'app.coffer')],
    ['26.01', writeTlv('00', 'app.coffer') + writeTlv('01', 'mer_1')],
    ['26.01', writeTlv('00', 'app.coffer') + writeTlv('01', merchant.replace('mer', 'wal'))],
    ['26.02', writeTlv('00', 'app.coffer') + writeTlv('01', merchant) + writeTlv('02', 'prq_1')]
  ])('without a sound %s is refused', (tag, template) => {
    expect(reasonOf(code({ '26': template }))).toBe(`qr_invalid scheme ${tag}`)
  })

  it('in another template than 26, or under another identifier, is foreign', () => {
    const ours = base[2]![1]
    expect(decodeQr(code({ '26': null, '27': ours }))).not.toHaveProperty('merchantId')
    expect(decodeQr(code({ '26': null, '27': ours })).payable).toBe(false)
    expect(decodeQr(code({ '26': ours.replace('app.coffer', 'app.kaffee') }))).toMatchObject({ payable: false })
  })

  it('with a fee on top cannot be paid, with a prompt for a tip it can', () => {
    expect(decodeQr(code({ '55': '01' })).payable).toBe(true)
    expect(decodeQr(code({ '55': '02', '56': '1.00' })).payable).toBe(false)
    expect(decodeQr(code({ '55': '03', '57': '5' })).payable).toBe(false)
  })
})

describe('the amount of a code', () => {
  it.each([
    ['10.50', '840', 1_050n],
    ['10.5', '840', 1_050n],
    ['98.', '840', 9_800n],
    ['98', '840', 9_800n],
    ['0.01', '840', 1n],
    ['1500', '392', 1_500n],
    ['1500.', '392', 1_500n],
    ['0.001', '414', 1n]
  ])('%s of currency %s is %d minor units', (text, currencyNumeric, amount) => {
    expect(decodeQr(code({ '53': currencyNumeric, '54': text })).amount?.amount).toBe(amount)
  })

  it.each([
    ['10.505', '840', 'decimals'],
    ['10.500', '840', 'decimals'],
    ['999.123', '392', 'decimals'],
    ['1.0', '392', 'decimals'],
    ['1.0001', '414', 'decimals'],
    ['0', '840', 'not_positive'],
    ['0.00', '840', 'not_positive'],
    ['-1', '840', 'format'],
    ['+1', '840', 'format'],
    ['.5', '840', 'format'],
    ['1,000', '840', 'format'],
    ['1e3', '840', 'format'],
    ['1 ', '840', 'format'],
    ['1.2.3', '840', 'format'],
    ['١', '840', 'format'],
    ['12345678901234', '840', 'format'],
    ['1e3', '999', 'format']
  ])('that reads %j in currency %s is refused: %s', (text, currencyNumeric, reason) => {
    expect(reasonOf(code({ '53': currencyNumeric, '54': text }))).toBe(`qr_amount_invalid ${reason}`)
  })
})

describe('the tip of a code', () => {
  it.each([
    [{ '55': '01' }, { kind: 'prompt' }],
    [
      { '55': '02', '56': '1.25' },
      { kind: 'fixed', amount: { amount: 125n, currency: 'USD' } }
    ],
    [
      { '55': '03', '57': '5' },
      { kind: 'percentage', bps: 500 }
    ],
    [
      { '55': '03', '57': '12.5' },
      { kind: 'percentage', bps: 1_250 }
    ],
    [
      { '55': '03', '57': '0.01' },
      { kind: 'percentage', bps: 1 }
    ],
    [
      { '55': '03', '57': '99.99' },
      { kind: 'percentage', bps: 9_999 }
    ]
  ])('of %j is decoded', (changes, tip) => {
    expect(decodeQr(code(changes)).tip).toEqual(tip)
  })

  it.each([
    [{ '55': '04' }, 'qr_invalid tip 55'],
    [{ '55': '02' }, 'qr_invalid tip 56'],
    [{ '55': '03' }, 'qr_invalid tip 57'],
    [{ '56': '1' }, 'qr_invalid tip 56'],
    [{ '57': '1' }, 'qr_invalid tip 57'],
    [{ '55': '01', '56': '1' }, 'qr_invalid tip 56'],
    [{ '55': '02', '56': '1', '57': '1' }, 'qr_invalid tip 57'],
    [{ '55': '03', '57': '0.00' }, 'qr_invalid tip 57'],
    [{ '55': '03', '57': '100' }, 'qr_invalid tip 57'],
    [{ '55': '02', '56': '1.234' }, 'qr_amount_invalid decimals']
  ])('of %j is refused', (changes, reason) => {
    expect(reasonOf(code(changes))).toBe(reason)
  })
})

describe('a text that is no sound code', () => {
  it.each(['00', '52', '53', '58', '59', '60'])('without the mandatory tag %s is refused', (tag) => {
    expect(reasonOf(code({ [tag]: null }))).toBe(`qr_invalid missing ${tag}`)
  })

  it('without any merchant account is refused', () => {
    expect(reasonOf(code({ '26': null }))).toBe('qr_invalid missing 02-51')
  })

  it.each([
    ['00', '02'],
    ['01', '13'],
    ['52', '58a4'],
    ['53', '84'],
    ['58', 'de'],
    ['59', 'x'.repeat(26)],
    ['60', 'x'.repeat(16)],
    ['61', 'x'.repeat(11)]
  ])('with tag %s as %s is refused', (tag, value) => {
    expect(reasonOf(code({ [tag]: value }))).toBe(`qr_invalid format ${tag}`)
  })

  it.each([
    ['26', '0101x', 'missing 26.00'],
    ['26', '0099x', 'length 26.00'],
    ['26', writeTlv('00', 'x'.repeat(33)), 'format 26.00'],
    ['80', '0101x', 'missing 80.00'],
    ['62', '01', 'length 62.01'],
    ['62', '0101a0101b', 'duplicate 62.01'],
    ['64', '0102xy', 'missing 64.00'],
    ['64', '0002ZH', 'missing 64.01'],
    ['64', '0003ZHO0101x', 'format 64.00'],
    ['64', `0002ZH${writeTlv('01', 'x'.repeat(26))}`, 'format 64.01'],
    ['64', `0002ZH0101x${writeTlv('02', 'x'.repeat(16))}`, 'format 64.02']
  ])('with the template %s of %j is refused: %s', (tag, value, reason) => {
    expect(reasonOf(code({ [tag]: value }))).toBe(`qr_invalid ${reason}`)
  })

  it('whose first tag is not 00, or whose last is not 63, is refused', () => {
    expect(reasonOf(sealed(`010211${code().slice(0, 6)}${code().slice(12, -8)}`))).toBe('qr_invalid order 00')
    const early = `${code().slice(0, 6)}6304ABCD${code().slice(6, -8)}`
    expect(reasonOf(early)).toBe('qr_invalid order 63')
    expect(reasonOf(code().slice(0, -8))).toBe('qr_invalid missing 63')
  })

  it('with a wrong checksum is refused', () => {
    expect(reasonOf(code().slice(0, -4) + crc16(code()))).toBe('qr_invalid crc 63')
  })

  it('with a tag twice is refused even when the checksum fits', () => {
    expect(reasonOf(sealed(`${code().slice(0, -8)}5204581`.concat('4')))).toBe('qr_invalid duplicate 52')
  })

  it('with lengths in bytes instead of characters is refused', () => {
    const inBytes = code({ '60': 'Köln' }).slice(0, -8).replace('6004K', '6005K')
    expect(refusalOf(() => decodeQr(sealed(inBytes))).code).toBe('qr_invalid')
  })

  it.each([
    ['', 'missing 00'],
    ['https://example.com/pay', 'tag'],
    [`${code()}\n`, 'characters'],
    [code({ '59': 'a\u0000b' }), 'characters'],
    [code({ '59': 'a\ud800b' }), 'characters'],
    [` ${code()}`, 'tag'],
    [code().slice(0, -1), 'length 63'],
    ['0'.repeat(1_000_000), 'too_long']
  ])('such as %.60j is refused: %s', (text, reason) => {
    expect(reasonOf(text)).toBe(`qr_invalid ${reason}`)
  })

  it('above 512 characters is refused, at 512 it is read', () => {
    const filled = (length: number) => {
      const padding = (tag: string, size: number) => writeTlv(tag, `0001x${writeTlv('01', 'p'.repeat(size - 13))}`)
      const body = `${code().slice(0, -8)}${['81', '82', '83'].map((tag) => padding(tag, 100)).join('')}`
      return sealed(body + padding('84', length - body.length - 8))
    }
    expect(filled(512)).toHaveLength(512)
    expect(decodeQr(filled(512)).payable).toBe(true)
    expect(filled(513)).toHaveLength(513)
    expect(reasonOf(filled(513))).toBe('qr_invalid too_long')
  })
})
