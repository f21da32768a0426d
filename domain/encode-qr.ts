import { crc16 } from './crc16.ts'
import { numericOf, type CurrencyCode } from './currencies.ts'
import type { MerchantId } from './ids.ts'
import type { Money } from './money.ts'
import { writeAmount } from './qr-amount.ts'
import { writeTlv } from './tlv.ts'

/** Our scheme's globally unique identifier, and the template that carries it. */
export const SCHEME = 'app.coffer'
export const SCHEME_TAG = '26'

/** EMVCo: tag 59 takes 25 characters, tag 60 takes 15. */
export const NAME_CHARACTERS_MAX = 25
export const CITY_CHARACTERS_MAX = 15

export interface QrContent {
  readonly merchantId: MerchantId
  /** `prq_…` of the payment request that the code stands for. */
  readonly paymentRequestId?: string
  readonly merchantName: string
  readonly merchantCity: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** ISO 18245 merchant category code, four digits. */
  readonly mcc: string
  /** What the payer is asked for; open when absent. */
  readonly amount?: Money
  readonly currency: CurrencyCode
}

/**
 * The text of an EMVCo merchant-presented code of our scheme: static while anyone may pay any amount,
 * dynamic with an amount or a payment request. Names are cut to what the format takes.
 * @throws {Refusal} `qr_amount_invalid` for amounts that tag 54 cannot hold.
 * @throws {RangeError} for a merchant whose data does not make a code.
 */
export function encodeQr(content: QrContent): string {
  const { merchantId, paymentRequestId, country, mcc, amount, currency } = content
  if (!/^[A-Z]{2}$/.test(country)) throw new RangeError('country must be two capital letters')
  if (!/^[0-9]{4}$/.test(mcc)) throw new RangeError('mcc must be four digits')
  if (amount && amount.currency !== currency) throw new RangeError('the amount must be of the code’s currency')
  const dynamic = amount !== undefined || paymentRequestId !== undefined
  const scheme =
    writeTlv('00', SCHEME) +
    writeTlv('01', merchantId) +
    (paymentRequestId === undefined ? '' : writeTlv('02', paymentRequestId))
  const body =
    writeTlv('00', '01') +
    writeTlv('01', dynamic ? '12' : '11') +
    writeTlv(SCHEME_TAG, scheme) +
    writeTlv('52', mcc) +
    writeTlv('53', numericOf(currency)) +
    (amount ? writeTlv('54', writeAmount(amount)) : '') +
    writeTlv('58', country) +
    writeTlv('59', fitting(content.merchantName, NAME_CHARACTERS_MAX)) +
    writeTlv('60', fitting(content.merchantCity, CITY_CHARACTERS_MAX)) +
    '6304'
  return body + crc16(body)
}

/** Cut between code points, never inside one; what no text may hold (controls, lone surrogates) is left out. */
const fitting = (text: string, charactersMax: number): string =>
  [...text.replace(/[\p{Cc}\p{Cs}]/gu, '').trim()].slice(0, charactersMax).join('').trimEnd()
