import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import { decodeQr, encodeQr, type DecodedQr } from '../../domain/qr.ts'
import { findMerchant } from '../../store/merchant.ts'
import { findQrCode, insertQrCode, type QrCode } from '../../store/qr-code.ts'
import type { ApiDeps } from '../deps.ts'
import { DecodedReply, DecodeRequest, QrCodeReply, QrCodeRequest } from '../qr-code-schemas.ts'
import { qrPng, qrSvg } from '../qr-image.ts'
import { media, route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const params = z.strictObject({ id: id('qrc') })
const readers = {
  callers: { service: 'any', merchant: 'own', support: 'any' },
  scope: 'qr-codes:read'
} as const

/** Codes that merchants show, and what is in a code that someone scanned. */
export const qrCodeRoutes = (deps: ApiDeps): Route[] => [
  makeCode,
  decodeText,
  // Before the one without `.png`, whose id would swallow the ending.
  readPicture(deps),
  readCode(deps)
]

const makeCode: Route = route.post(
  '/qr-codes',
  {
    summary: 'Make a QR code for a merchant',
    body: QrCodeRequest,
    reply: QrCodeReply,
    status: 201,
    callers: { service: 'any', merchant: 'own' },
    scope: 'qr-codes:write',
    idempotency: 'stored',
    errors: ['not_found', 'currency_mismatch', 'qr_amount_invalid', 'payee_unavailable']
  },
  async ({ body: { merchant_id, amount }, newId, transaction, mustOwn }) => {
    mustOwn({ merchantId: merchant_id })
    const merchant = await findMerchant(transaction, merchant_id)
    if (!merchant) throw new Refusal('not_found', { pointer: '/merchant_id' })
    if (merchant.state !== 'active') throw new Refusal('payee_unavailable', { state: merchant.state })
    const { id: merchantId, name: merchantName, city: merchantCity, country, mcc, currency } = merchant
    if (amount && amount.currency !== currency) throw new Refusal('currency_mismatch')
    const text = encodeQr({ merchantId, merchantName, merchantCity, country, mcc, currency, amount })
    const code = { id: newId('qrc'), merchantId, amount: amount ?? null, currency, text }
    return toReply(await insertQrCode(transaction, code))
  }
)

const decodeText: Route = route.post(
  '/qr-codes/decode',
  {
    summary: 'Read a scanned code',
    description: 'Any scheme’s EMVCo merchant-presented code; only those of our own are `payable`.',
    body: DecodeRequest,
    reply: DecodedReply,
    status: 200,
    callers: {
      customer: 'any',
      service: 'any',
      merchant: 'any',
      support: 'any',
      reviewer: 'any',
      finance: 'any',
      admin: 'any'
    },
    scope: 'qr-codes:read',
    idempotency: 'none',
    errors: ['qr_invalid', 'qr_amount_invalid']
  },
  async ({ body }) => toDecoded(decodeQr(body.text))
)

const readCode = ({ db }: ApiDeps): Route =>
  route.get(
    '/qr-codes/{id}',
    { summary: 'Read a QR code', params, reply: QrCodeReply, ...readers },
    async ({ params, mustOwn }) => {
      const code = await findQrCode(db, params.id)
      if (!code) throw new Refusal('not_found')
      mustOwn(code)
      return toReply(code)
    }
  )

const readPicture = ({ db }: ApiDeps): Route =>
  route.get(
    '/qr-codes/{id}.png',
    { summary: 'A QR code as a picture', params, reply: media('image/png'), ...readers },
    async ({ params, mustOwn }) => {
      const code = await findQrCode(db, params.id)
      if (!code) throw new Refusal('not_found')
      mustOwn(code)
      return qrPng(code.text)
    }
  )

const toReply = async ({ id, merchantId, amount, text, createdAt }: QrCode): Promise<z.input<typeof QrCodeReply>> => ({
  id,
  object: 'qr_code',
  merchant_id: merchantId,
  ...(amount && { amount: toWire(amount) }),
  text,
  svg: await qrSvg(text),
  created_at: instant(createdAt)
})

const toDecoded = (code: DecodedQr): z.input<typeof DecodedReply> => ({
  merchant_name: code.merchantName,
  merchant_city: code.merchantCity,
  country: code.country,
  mcc: code.mcc,
  postal_code: code.postalCode,
  amount: code.amount && toWire(code.amount),
  currency: code.currency,
  currency_numeric: code.currencyNumeric,
  static: code.static,
  payable: code.payable,
  merchant_id: code.merchantId,
  payment_request_id: code.paymentRequestId,
  tip: code.tip?.kind === 'fixed' ? { kind: 'fixed', amount: code.tip.amount && toWire(code.tip.amount) } : code.tip,
  templates: [...code.templates],
  additional: { ...code.additional },
  languages: code.languages.map(({ language, merchantName, merchantCity }) => ({
    language,
    merchant_name: merchantName,
    merchant_city: merchantCity
  }))
})
