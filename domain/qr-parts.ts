import type { CurrencyCode } from './currencies.ts'
import { Refusal } from './errors.ts'
import type { Money } from './money.ts'
import { readAmount, readDecimal } from './qr-amount.ts'
import { readTlv, type Fields } from './tlv.ts'

/** One scheme's part of a code: a bare account number (tags 02–25), or an identifier with its fields. */
export type QrTemplate =
  | { readonly tag: string; readonly value: string }
  | { readonly tag: string; readonly id: string; readonly fields: Readonly<Record<string, string>> }

/** Tags 02–25 are card schemes' account numbers, 26–51 templates of payment schemes, 80–99 templates of anyone. */
export const readTemplates = (fields: Fields): QrTemplate[] =>
  [...fields].flatMap(([tag, value]) => {
    if (tag >= '02' && tag <= '25') return [{ tag, value }]
    if ((tag >= '26' && tag <= '51') || tag >= '80') return [readTemplate(tag, value)]
    return []
  })

function readTemplate(tag: string, value: string): QrTemplate {
  const { '00': id, ...fields } = Object.fromEntries(readTlv(value, `${tag}.`))
  if (id === undefined) throw invalid('missing', `${tag}.00`)
  if ([...id].length > 32) throw invalid('format', `${tag}.00`)
  return { tag, id, fields }
}

/** What the merchant adds to a code, tag 62; `***` asks the payer's app for the value. */
const ADDITIONAL: Readonly<Record<string, string>> = {
  '01': 'bill_number',
  '02': 'mobile_number',
  '03': 'store_label',
  '04': 'loyalty_number',
  '05': 'reference_label',
  '06': 'customer_label',
  '07': 'terminal_label',
  '08': 'purpose_of_transaction',
  '09': 'consumer_data_request',
  '10': 'merchant_tax_id',
  '11': 'merchant_channel'
}

/** Tag 62 by name; tags that EMVCo has not named keep their number. */
export const readAdditional = (fields: Fields): Readonly<Record<string, string>> =>
  Object.fromEntries([...readTlv(fields.get('62') ?? '', '62.')].map(([tag, value]) => [ADDITIONAL[tag] ?? tag, value]))

/** The merchant's name and city in the language of the place. */
export interface QrLanguage {
  /** ISO 639, two letters. */
  readonly language: string
  readonly merchantName: string
  readonly merchantCity?: string
}

export function readLanguages(fields: Fields): QrLanguage[] {
  const template = fields.get('64')
  if (template === undefined) return []
  const parts = readTlv(template, '64.')
  const [language, merchantName, merchantCity] = [parts.get('00'), parts.get('01'), parts.get('02')]
  if (language === undefined || merchantName === undefined) {
    throw invalid('missing', language === undefined ? '64.00' : '64.01')
  }
  if (!/^[A-Za-z]{2}$/.test(language)) throw invalid('format', '64.00')
  if ([...merchantName].length > 25) throw invalid('format', '64.01')
  if (merchantCity !== undefined && [...merchantCity].length > 15) throw invalid('format', '64.02')
  return [{ language, merchantName, merchantCity }]
}

/** What comes on top of the amount: the payer decides, a fixed fee, or a share in basis points. */
export type QrTip =
  | { readonly kind: 'prompt' }
  | { readonly kind: 'fixed'; readonly amount?: Money }
  | { readonly kind: 'percentage'; readonly bps: number }

/** Tags 55–57: the indicator and exactly the value that it announces. */
export function readTip(fields: Fields, currency: CurrencyCode | undefined): QrTip | undefined {
  const [indicator, fixed, percentage] = [fields.get('55'), fields.get('56'), fields.get('57')]
  if ((fixed !== undefined) !== (indicator === '02')) throw invalid('tip', '56')
  if ((percentage !== undefined) !== (indicator === '03')) throw invalid('tip', '57')
  if (indicator === undefined) return undefined
  if (indicator === '01') return { kind: 'prompt' }
  if (fixed !== undefined) return { kind: 'fixed', amount: readFee(fixed, currency) }
  if (percentage !== undefined) return { kind: 'percentage', bps: readPercentage(percentage) }
  throw invalid('tip', '55')
}

function readFee(text: string, currency: CurrencyCode | undefined): Money | undefined {
  if (currency !== undefined) return readAmount(text, currency)
  readDecimal(text)
  return undefined
}

/** `0.01` to `99.99` per cent. */
function readPercentage(text: string): number {
  const match = /^([0-9]{1,2})(?:\.([0-9]{0,2}))?$/.exec(text)
  const bps = match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : 0
  if (bps === 0) throw invalid('tip', '57')
  return bps
}

const invalid = (reason: string, tag: string) => new Refusal('qr_invalid', { reason, tag })
