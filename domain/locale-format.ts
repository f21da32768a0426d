import { decimalOf, type Money } from './money.ts'
import type { Language } from './notice-kinds.ts'

/** Money and instants as people of a language read them; never parsed again. */
const locales = { en: 'en-u-ca-gregory-nu-latn', zh: 'zh-Hans-u-ca-gregory-nu-latn' } as const satisfies Record<
  Language,
  string
>

/** Spaces that only typesetters need would halve what fits into a text message. */
const plainSpaces = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ')

/** `{1234550n, USD}` → `USD 12,345.50`: the currency's code, since a sign stands for several of them. */
export function formatAmount(language: Language, money: Money): string {
  const { currency } = money
  const format = new Intl.NumberFormat(locales[language], { style: 'currency', currency, currencyDisplay: 'code' })
  const decimals = decimalOf(money)
  const digits = decimals.split('.')[1]?.length ?? 0
  const exact = new Intl.NumberFormat(locales[language], {
    ...format.resolvedOptions(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits
  })
  // As text, so that no amount passes through a float.
  return plainSpaces(exact.format(decimals as Intl.StringNumericLiteral))
}

/** `Jan 31, 2026, 9:00 AM` where somebody lives. */
export const formatInstant = (language: Language, at: Date, timeZone: string): string =>
  plainSpaces(
    new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at)
  )
