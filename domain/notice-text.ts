import { formatAmount, formatInstant } from './locale-format.ts'
import type { Money } from './money.ts'
import type { Channel, Language, NoticeKind } from './notice-kinds.ts'
import { english } from './notice-words-en.ts'
import { chinese } from './notice-words-zh.ts'
import type { Catalogue, Said, Words } from './notice-words.ts'
import { fitPart } from './text-message.ts'

export interface MessageText {
  readonly subject: string
  readonly text: string
}

/** What is known of what happened. */
export interface NoticeFacts {
  readonly amount?: Money | undefined
  /** A merchant's name. */
  readonly party?: string | undefined
  readonly due?: Date | undefined
  readonly token?: string | undefined
}

const catalogues = { en: english, zh: chinese } as const satisfies Record<Language, Catalogue>

/** Said where nothing better is known. */
const unknown = {
  en: { amount: 'an amount', party: 'a merchant', due: 'the time that Coffer shows' },
  zh: { amount: '一笔款项', party: '商户', due: 'Coffer 所示时间' }
} as const satisfies Record<Language, Omit<Said, 'token'>>

/** How long a name may be in a text message. */
const PARTY_MAX = 20

/**
 * What somebody reads. By e-mail, and in the app, all of it; a text message and a push are one sentence, since a text message
 * holds 160 characters, or 70 of Chinese. Only the token of "not me" makes it longer: it is worth its parts.
 */
export function noticeText(
  kind: NoticeKind,
  language: Language,
  channel: Channel | 'app',
  { amount, party, due, token = '' }: NoticeFacts,
  zone: string
): MessageText {
  const isShort = channel === 'sms' || channel === 'push'
  const without = unknown[language]
  const name = isShort && party !== undefined ? fitPart(party, PARTY_MAX) : party
  const said: Said = {
    amount: amount ? formatAmount(language, amount) : without.amount,
    party: name === undefined || name === '' ? without.party : name,
    due: due ? formatInstant(language, due, zone) : without.due,
    token
  }
  const words = catalogues[language][kind]
  const { subject, text, also } = typeof words === 'function' ? words(said) : words
  return isShort
    ? { subject, text: short(language, { subject, text, ...(also !== undefined && { also }) }) }
    : { subject, text }
}

const short = (language: Language, { subject, also = '' }: Words): string =>
  language === 'zh' ? `Coffer：${subject}。${also}` : `Coffer: ${subject}.${also && ` ${also}`}`
