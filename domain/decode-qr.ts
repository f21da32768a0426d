import { crc16 } from './crc16.ts'
import { currencyByNumeric, type CurrencyCode } from './currencies.ts'
import { Refusal } from './errors.ts'
import { isId, type MerchantId } from './ids.ts'
import type { Money } from './money.ts'
import { readAmount, readDecimal } from './qr-amount.ts'
import {
  readAdditional,
  readLanguages,
  readTemplates,
  readTip,
  type QrLanguage,
  type QrTemplate,
  type QrTip
} from './qr-parts.ts'
import { SCHEME, SCHEME_TAG } from './encode-qr.ts'
import { readTlv, type Fields } from './tlv.ts'

/** EMVCo: a code's text should not be longer, so that phones can read it. */
const CHARACTERS_MAX = 512

export interface DecodedQr {
  readonly merchantName: string
  readonly merchantCity: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly mcc: string
  readonly postalCode?: string
  /** Absent when the payer names it, or when the currency is none of ours. */
  readonly amount?: Money
  /** Absent when the number of tag 53 is no active currency's. */
  readonly currency?: CurrencyCode
  readonly currencyNumeric: string
  /** The same code for many payments. */
  readonly static: boolean
  /** Of our scheme: it can be paid from here. */
  readonly payable: boolean
  readonly merchantId?: MerchantId
  readonly paymentRequestId?: string
  readonly tip?: QrTip
  readonly templates: readonly QrTemplate[]
  readonly additional: Readonly<Record<string, string>>
  readonly languages: readonly QrLanguage[]
}

/**
 * Reads any scheme's EMVCo merchant-presented code; strict, because what is read moves money.
 * @throws {Refusal} `qr_invalid` with a reason (`too_long characters tag length duplicate order crc missing format tip
 *   scheme`) and the tag it is about, or `qr_amount_invalid`.
 */
export function decodeQr(text: string): DecodedQr {
  const fields = sound(text)
  const code = currencyOf(fields)
  const tip = readTip(fields, code)
  const ours = readScheme(fields)
  return {
    merchantName: fields.get('59')!,
    merchantCity: fields.get('60')!,
    country: fields.get('58')!,
    mcc: fields.get('52')!,
    postalCode: fields.get('61'),
    amount: amountOf(fields, code),
    currency: code,
    currencyNumeric: fields.get('53')!,
    static: fields.get('01') !== '12',
    payable: ours !== undefined && code !== undefined && (tip === undefined || tip.kind === 'prompt'),
    ...ours,
    tip,
    templates: readTemplates(fields),
    additional: readAdditional(fields),
    languages: readLanguages(fields)
  }
}

/** Form of the values that every code has or may have. Source: EMVCo, Merchant-Presented Mode, table 3.1 ff. */
const FORMS: readonly (readonly [tag: string, presence: 'mandatory' | 'optional', form: RegExp])[] = [
  ['00', 'mandatory', /^01$/],
  ['01', 'optional', /^1[12]$/],
  ['52', 'mandatory', /^[0-9]{4}$/],
  ['53', 'mandatory', /^[0-9]{3}$/],
  ['58', 'mandatory', /^[A-Z]{2}$/],
  ['59', 'mandatory', /^.{1,25}$/su],
  ['60', 'mandatory', /^.{1,15}$/su],
  ['61', 'optional', /^.{1,10}$/su],
  ['63', 'mandatory', /^[0-9A-Fa-f]{4}$/]
]

function sound(text: string): Fields {
  // A code point has at most two UTF-16 units: the first test is cheap, and bounds the second one.
  if (text.length > 2 * CHARACTERS_MAX || [...text].length > CHARACTERS_MAX) throw invalid('too_long')
  if (/[\p{Cc}\p{Cs}]/u.test(text)) throw invalid('characters')
  const fields = readTlv(text)
  for (const [tag, presence, form] of FORMS) {
    const value = fields.get(tag)
    if (value === undefined ? presence === 'mandatory' : !form.test(value)) {
      throw invalid(value === undefined ? 'missing' : 'format', tag)
    }
  }
  const tags = [...fields.keys()]
  if (tags[0] !== '00') throw invalid('order', '00')
  if (tags.at(-1) !== '63') throw invalid('order', '63')
  if (crc16(text.slice(0, -4)) !== text.slice(-4).toUpperCase()) throw invalid('crc', '63')
  if (!tags.some((tag) => tag >= '02' && tag <= '51')) throw invalid('missing', '02-51')
  return fields
}

const currencyOf = (fields: Fields): CurrencyCode | undefined => currencyByNumeric(fields.get('53')!)

function amountOf(fields: Fields, currency: CurrencyCode | undefined): Money | undefined {
  const text = fields.get('54')
  if (text === undefined) return undefined
  if (currency !== undefined) return readAmount(text, currency)
  readDecimal(text)
  return undefined
}

/** Ours or not; a code that claims our scheme without naming a merchant is broken, not foreign. */
function readScheme(fields: Fields): { merchantId: MerchantId; paymentRequestId?: string } | undefined {
  const template = fields.get(SCHEME_TAG)
  if (template === undefined) return undefined
  const parts = readTlv(template, `${SCHEME_TAG}.`)
  if (parts.get('00') !== SCHEME) return undefined
  const merchantId = parts.get('01') ?? ''
  const paymentRequestId = parts.get('02')
  if (!isId('mer', merchantId)) throw invalid('scheme', `${SCHEME_TAG}.01`)
  if (paymentRequestId === undefined) return { merchantId }
  if (!/^prq_[0-9a-f]{32}$/.test(paymentRequestId)) throw invalid('scheme', `${SCHEME_TAG}.02`)
  return { merchantId, paymentRequestId }
}

const invalid = (reason: string, tag?: string) => new Refusal('qr_invalid', { reason, tag })
