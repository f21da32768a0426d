import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import jsqr from 'jsqr'
import { PNG } from 'pngjs'
import { currency } from '../../domain/currencies.ts'
import { crc16 } from '../../domain/crc16.ts'
import { keyFor, newCustomer, newId, newKey, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'
import { newMerchant } from './parties.ts'

let api: ApiUnderTest
let service: string
let customer: string
beforeAll(async () => {
  api = await startApi()
  service = await keyFor(api, 'service')
  customer = (await sessionFor(api, (await newCustomer(api)).id)).authorization
})
afterAll(() => api.stop())

const make = (body: object, authorization = service) =>
  api.http.post('/v1/qr-codes').set({ Authorization: authorization, 'Idempotency-Key': newKey() }).send(body)
const get = (path: string, authorization = service) => api.http.get(`/v1${path}`).set('Authorization', authorization)
const decode = (text: string, authorization = customer) =>
  api.http.post('/v1/qr-codes/decode').set('Authorization', authorization).send({ text })

/** The package's types speak of `default`, which its CommonJS module is not. */
const jsQR = jsqr as unknown as typeof jsqr.default
const scan = (pixels: Uint8ClampedArray, width: number, height: number) => jsQR(pixels, width, height)?.data

/** Draws the one path of dark modules: `M x y`, `h length` to the right, `m dx dy` to go on without drawing. */
function drawSvg(svg: string, scale: number) {
  const side = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)![1])
  const pixels = new Uint8ClampedArray((side * scale) ** 2 * 4).fill(255)
  let [x, y] = [0, 0]
  for (const [, command, first, second] of /stroke="#000000" d="([^"]+)"/
    .exec(svg)![1]!
    .matchAll(/([Mmh])(-?[\d.]+)(?:[ ]?(-?[\d.]+))?/g)) {
    const [a, b] = [Number(first), Number(second ?? 0)]
    if (command === 'M') [x, y] = [a, b]
    if (command === 'm') [x, y] = [x + a, y + b]
    if (command !== 'h') continue
    for (let row = Math.floor(y) * scale; row < (Math.floor(y) + 1) * scale; row += 1) {
      const from = (row * side * scale + x * scale) * 4
      for (let at = from; at < from + a * scale * 4; at += 4) pixels.fill(0, at, at + 3)
    }
    x += a
  }
  return { pixels, side: side * scale }
}

/** A code of another scheme, with the checksum that it needs. */
const foreignBody =
  '00020101021129300012D156000000000510A93FO3230Q52045812530397654045.505802BR5913FULANO DE TAL6008BRASILIA6304'
const foreign = foreignBody + crc16(foreignBody)

describe('a QR code of a merchant', () => {
  it('is a text whose SVG and PNG are scanned back to it', async () => {
    const merchant_id = await newMerchant(api)
    const { status, body } = await make({ merchant_id, amount: { amount: '1050', currency: 'USD' } })
    expect(status).toBe(201)
    expect(body).toMatchObject({ object: 'qr_code', merchant_id, amount: { amount: '1050', currency: 'USD' } })
    const { pixels, side } = drawSvg(body.svg, 4)
    expect(scan(pixels, side, side)).toBe(body.text)
    const picture = await get(`/qr-codes/${body.id}.png`).buffer(true)
    expect([picture.status, picture.type]).toEqual([200, 'image/png'])
    const { data, width, height } = PNG.sync.read(picture.body)
    expect(scan(new Uint8ClampedArray(data), width, height)).toBe(body.text)
  })

  it('without an amount is static and leaves it to the payer', async () => {
    const { body } = await make({ merchant_id: await newMerchant(api) })
    expect(body).not.toHaveProperty('amount')
    expect((await decode(body.text)).body).toMatchObject({ static: true, payable: true, currency: 'USD' })
  })

  it('is read again as it was given out, by its merchant and by nobody else’s', async () => {
    const merchantId = await newMerchant(api)
    const own = await keyFor(api, { role: 'merchant', merchantId })
    const { status, body } = await make({ merchant_id: merchantId }, own)
    expect(status).toBe(201)
    const rival = await keyFor(api, { role: 'merchant', merchantId: await newMerchant(api) })
    expect((await get(`/qr-codes/${body.id}`, own)).body).toEqual(body)
    for (const path of [`/qr-codes/${body.id}`, `/qr-codes/${body.id}.png`]) {
      expect((await get(path, rival)).status).toBe(404)
    }
    expect((await make({ merchant_id: merchantId }, rival)).status).toBe(404)
  })

  it('of nobody, of another currency, or above what the format holds is refused', async () => {
    expect((await make({ merchant_id: newId('mer') })).status).toBe(404)
    const merchant_id = await newMerchant(api)
    const euros = await make({ merchant_id, amount: { amount: '1', currency: 'EUR' } })
    expect([euros.status, euros.body.code]).toEqual([400, 'currency_mismatch'])
    const tooMuch = await make({ merchant_id, amount: { amount: '999999999999999', currency: 'USD' } })
    expect([tooMuch.status, tooMuch.body.code]).toEqual([400, 'qr_amount_invalid'])
  })

  it('that does not exist has no picture', async () => {
    expect((await get(`/qr-codes/${newId('qrc')}.png`)).status).toBe(404)
    expect((await get('/qr-codes/qrc_1.png')).status).toBe(404)
  })
})

describe('decoding', () => {
  it('tells what is in a code of ours', async () => {
    const merchant_id = await newMerchant(api, currency('JPY'))
    const { body } = await make({ merchant_id, amount: { amount: '980', currency: 'JPY' } })
    const decoded = await decode(body.text)
    expect(decoded.status).toBe(200)
    expect(decoded.body).toEqual({
      merchant_name: 'Café Grüße',
      merchant_city: 'Köln',
      country: 'DE',
      mcc: '5814',
      amount: { amount: '980', currency: 'JPY' },
      currency: 'JPY',
      currency_numeric: '392',
      static: false,
      payable: true,
      merchant_id,
      templates: [{ tag: '26', id: 'app.coffer', fields: { '01': merchant_id } }],
      additional: {},
      languages: []
    })
  })

  it('tells what is in a code of another scheme, which cannot be paid from here', async () => {
    const { status, body } = await decode(foreign)
    expect(status).toBe(200)
    expect(body).toMatchObject({ merchant_name: 'FULANO DE TAL', currency_numeric: '976', payable: false })
    expect(body.templates).toEqual([{ tag: '29', id: 'D15600000000', fields: { '05': 'A93FO3230Q' } }])
  })

  it('of what is no code is qr_invalid, also when it is long, and needs no Idempotency-Key', async () => {
    for (const text of ['', 'not a code', foreign.slice(0, -1) + 'X', '0'.repeat(20_000)]) {
      const { status, body } = await decode(text)
      expect([status, body.code]).toEqual([400, 'qr_invalid'])
    }
  })

  it('of an amount with more decimals than its currency has is qr_amount_invalid', async () => {
    const { body } = await make({ merchant_id: await newMerchant(api) })
    const open = body.text.slice(0, -8) as string
    const priced = `${open.replace('5802DE', '540610.5555802DE')}6304`
    const { status, body: problem } = await decode(priced + crc16(priced))
    expect([status, problem.code]).toEqual([400, 'qr_amount_invalid'])
  })
})
