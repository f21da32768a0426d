import { z } from 'zod'
import { Currency, id, Instant, MoneyReply, MoneyRequest } from './schemas.ts'

export const QrCodeRequest = z
  .strictObject({
    merchant_id: id('mer'),
    amount: MoneyRequest.optional().meta({ description: 'Without it the payer names the amount' })
  })
  .meta({ id: 'QrCodeRequest' })

export const QrCodeReply = z
  .strictObject({
    id: id('qrc'),
    object: z.literal('qr_code'),
    merchant_id: id('mer'),
    amount: MoneyReply.optional(),
    text: z.string().meta({ description: 'EMVCo merchant-presented code' }),
    svg: z.string().meta({ description: 'A picture of the text' }),
    created_at: Instant
  })
  .meta({ id: 'QrCode' })

export const DecodeRequest = z
  .strictObject({ text: z.string().meta({ description: 'The scanned text' }) })
  .meta({ id: 'QrDecodeRequest' })

const Fields = z.record(z.string(), z.string())

export const DecodedReply = z
  .strictObject({
    merchant_name: z.string(),
    merchant_city: z.string(),
    country: z.string(),
    mcc: z.string(),
    postal_code: z.string().optional(),
    amount: MoneyReply.optional().meta({ description: 'Absent when the payer names it' }),
    currency: Currency.optional().meta({ description: 'Absent when the number is no active currency’s' }),
    currency_numeric: z.string().meta({ description: 'ISO 4217 number, as it stands in the code' }),
    static: z.boolean().meta({ description: 'The same code for many payments' }),
    payable: z.boolean().meta({ description: 'It can be paid from here' }),
    merchant_id: id('mer').optional(),
    payment_request_id: z.string().optional(),
    tip: z
      .union([
        z.strictObject({ kind: z.literal('prompt') }),
        z.strictObject({ kind: z.literal('fixed'), amount: MoneyReply.optional() }),
        z.strictObject({ kind: z.literal('percentage'), bps: z.int() })
      ])
      .optional(),
    templates: z.array(
      z.union([
        z.strictObject({ tag: z.string(), value: z.string() }),
        z.strictObject({ tag: z.string(), id: z.string(), fields: Fields })
      ])
    ),
    additional: Fields,
    languages: z.array(
      z.strictObject({ language: z.string(), merchant_name: z.string(), merchant_city: z.string().optional() })
    )
  })
  .meta({ id: 'DecodedQrCode' })
