import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import jsqr from 'jsqr'
import { create } from 'qrcode'
import { currency, currencyCodes } from '../../domain/currencies.ts'
import { Refusal } from '../../domain/errors.ts'
import { idOf } from '../../domain/ids.ts'
import { decodeQr, encodeQr, type QrContent } from '../../domain/qr.ts'
import { refusalOf } from './refusal-of.ts'

const digits = '0123456789abcdef0123456789abcdef'
const coffee: QrContent = {
  merchantId: idOf('mer', `mer_${digits}`),
  merchantName: 'Kaffeehaus am Markt',
  merchantCity: 'Leipzig',
  country: 'DE',
  mcc: '5814',
  currency: currency('USD')
}
const usd = (amount: bigint) => ({ amount, currency: currency('USD') })

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 })
const name = (max: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1 })
    .map((text) => [...text.replace(/[\p{Cc}\p{Cs}]/gu, '')].slice(0, max).join('').trim())
    .filter((text) => text !== '')
const contents: fc.Arbitrary<QrContent> = fc
  .record({
    merchantId: hex.map((id) => idOf('mer', `mer_${id}`)),
    paymentRequestId: fc.option(
      hex.map((id) => `prq_${id}`),
      { nil: undefined }
    ),
    merchantName: name(25),
    merchantCity: name(15),
    country: fc.constantFrom('DE', 'JP', 'KW', 'BR'),
    mcc: fc.constantFrom('0000', '5814', '9999'),
    currency: fc.constantFrom(...currencyCodes()),
    minor: fc.option(fc.bigInt(1n, 999_999_999_999n), { nil: undefined })
  })
  .map(({ minor, ...content }) => ({
    ...content,
    amount: minor === undefined ? undefined : { amount: minor, currency: content.currency }
  }))

/** The package's types speak of `default`, which its CommonJS module is not. */
const jsQR = jsqr as unknown as typeof jsqr.default

/** What a scanner sees: black and white modules, four pixels each, with the quiet zone around them. */
function scanned(text: string): string | undefined {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  const side = (modules.size + 8) * 4
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const [row, column] = [Math.floor(y / 4) - 4, Math.floor(x / 4) - 4]
      const inside = row >= 0 && column >= 0 && row < modules.size && column < modules.size
      if (inside && modules.get(row, column)) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3)
    }
  }
  return jsQR(pixels, side, side)?.data
}

describe('a code of ours', () => {
  it('without an amount is static', () => {
    const text = encodeQr(coffee)
    expect(text).toBe(
      `00020101021126540010app.coffer0136mer_${digits}5204581453038405802DE5919Kaffeehaus am Markt6007Leipzig6304${text.slice(-4)}`
    )
    expect(text.slice(-4)).toMatch(/^[0-9A-F]{4}$/)
  })

  it('with an amount is dynamic and names it in tag 54', () => {
    expect(encodeQr({ ...coffee, amount: usd(1_050n) })).toMatch(/^000201010212.*540510\.505802DE/)
  })

  it('of a payment request is dynamic and names it in the template', () => {
    const text = encodeQr({ ...coffee, paymentRequestId: `prq_${digits}` })
    expect(text).toContain(`26940010app.coffer0136mer_${digits}0236prq_${digits}`)
    expect(decodeQr(text)).toMatchObject({ static: false, paymentRequestId: `prq_${digits}`, payable: true })
  })

  it.each([
    [1n, 'USD', '54040.01'],
    [100n, 'USD', '54041.00'],
    [1_500n, 'JPY', '54041500'],
    [1n, 'KWD', '54050.001'],
    [999_999_999_999n, 'USD', '54139999999999.99']
  ])('asks for %d minor units of %s as %s', (amount, code, object) => {
    const currencyCode = currency(code)
    const text = encodeQr({ ...coffee, currency: currencyCode, amount: { amount, currency: currencyCode } })
    expect(text).toContain(object)
    expect(decodeQr(text).amount).toEqual({ amount, currency: currencyCode })
  })

  it.each([
    [0n, 'not_positive'],
    [-1n, 'not_positive'],
    [1_000_000_000_000n, 'too_large']
  ])('cannot ask for %d', (amount, reason) => {
    expect(refusalOf(() => encodeQr({ ...coffee, amount: usd(amount) }))).toEqual({
      code: 'qr_amount_invalid',
      data: { reason }
    })
  })

  it.each([
    ['a long name', 'a'.repeat(26), 'a'.repeat(25)],
    ['a name of characters beyond the basic plane', '𝒳'.repeat(30), '𝒳'.repeat(25)],
    ['a name that would end in a space', `${'b'.repeat(24)} cd`, 'b'.repeat(24)],
    ['a name with controls and half a character', ' c\u0000o\nf\ud800fee ', 'coffee']
  ])('cuts %s to what fits', (_, merchantName, expected) => {
    expect(decodeQr(encodeQr({ ...coffee, merchantName })).merchantName).toBe(expected)
  })

  it('cuts a long city to 15 characters', () => {
    expect(decodeQr(encodeQr({ ...coffee, merchantCity: '北'.repeat(16) })).merchantCity).toBe('北'.repeat(15))
  })

  it.each<[string, Partial<QrContent>]>([
    ['a country in small letters', { country: 'de' }],
    ['a category of three digits', { mcc: '581' }],
    ['no name', { merchantName: ' \n' }],
    ['no city', { merchantCity: '' }],
    ['an amount of another currency', { amount: { amount: 1n, currency: currency('EUR') } }]
  ])('is not made for a merchant with %s', (_, part) => {
    expect(() => encodeQr({ ...coffee, ...part })).toThrow(RangeError)
  })

  it('decodes to what it was made of', () => {
    fc.assert(
      fc.property(contents, (content) => {
        const decoded = decodeQr(encodeQr(content))
        expect(decoded.payable).toBe(true)
        for (const key of Object.keys(content) as (keyof QrContent)[]) expect(decoded[key]).toEqual(content[key])
        expect(decoded.static).toBe(content.amount === undefined && content.paymentRequestId === undefined)
      }),
      { numRuns: 300 }
    )
  })

  it('with any one character replaced, dropped or put in is refused or says something else', () => {
    const characters = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom(...'0123456789.ABF')
    )
    const edits = fc.record({ at: fc.nat(), to: characters, kind: fc.constantFrom('replace', 'drop', 'insert') })
    fc.assert(
      fc.property(contents, edits, (content, { at, to, kind }) => {
        const text = encodeQr(content)
        const changed = [...text]
        const replaced = kind === 'insert' ? 0 : 1
        changed.splice(at % changed.length, replaced, ...(kind === 'drop' ? [] : [to]))
        // The letters of the checksum may be of either case: that is no change.
        fc.pre(changed.join('').toUpperCase() !== text.toUpperCase())
        expect(outcome(changed.join(''))).not.toEqual(outcome(text))
      }),
      { numRuns: 1_000 }
    )
  })

  it('can be read back from the picture, also with the longest content and names of many bytes', () => {
    const longest = encodeQr({
      ...coffee,
      paymentRequestId: `prq_${digits}`,
      merchantName: '最'.repeat(25),
      merchantCity: 'É'.repeat(15),
      amount: usd(999_999_999_999n)
    })
    expect(longest.length).toBeLessThanOrEqual(512)
    expect(scanned(longest)).toBe(longest)
    expect(scanned(encodeQr(coffee))).toBe(encodeQr(coffee))
  })
})

function outcome(text: string): unknown {
  try {
    return decodeQr(text)
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}
