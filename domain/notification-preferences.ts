import { Refusal } from './errors.ts'
import { categories, channels, languages, type Category, type Channel, type Language } from './notice-kinds.ts'
import { isTimeOfDay, type QuietHours } from './quiet-hours.ts'

export type ChannelChoice = Readonly<Record<Channel, boolean>>

/** How a customer wants to be told what. */
export interface NotificationPreferences {
  readonly language: Language
  /** In the customer's zone; null: at any time. */
  readonly quietHours: QuietHours | null
  readonly channels: Readonly<Record<Category, ChannelChoice>>
}

/** What was said, and not left at its default. */
export interface StatedPreferences {
  readonly language: Language
  readonly quietHours: QuietHours | null
  readonly channels: Readonly<Partial<Record<Category, Readonly<Partial<Record<Channel, boolean>>>>>>
}

export const nothingStated: StatedPreferences = { language: 'en', quietHours: null, channels: {} }

const all: ChannelChoice = { email: true, sms: true, push: true }
/** Text messages cost money, and interrupt: only where they may stop a thief, unless they are asked for. */
const usual: ChannelChoice = { email: true, sms: false, push: true }

const defaults: Readonly<Record<Category, ChannelChoice>> = {
  security: all,
  debits: usual,
  money: usual,
  bills: usual,
  requests: usual,
  disputes: usual,
  account: usual,
  // Nobody is told anything of this kind who has not asked for it.
  marketing: { email: false, sms: false, push: false }
}

export const effective = ({ language, quietHours, channels: stated }: StatedPreferences): NotificationPreferences => ({
  language,
  quietHours,
  channels: Object.fromEntries(
    categories.map((category) => [category, { ...defaults[category], ...stated[category] }])
  ) as Record<Category, ChannelChoice>
})

/**
 * Security is told on every channel, and debits on one at least: who has taken an account over would switch off first what
 * tells of it.
 * @throws {Refusal} `notification_required` with the category as `field`; `invalid_request` for hours that are none
 */
export function mustBeTold({ channels: chosen, quietHours }: NotificationPreferences): void {
  if (channels.some((channel) => !chosen.security[channel]))
    throw new Refusal('notification_required', { field: 'security' })
  if (!channels.some((channel) => chosen.debits[channel]))
    throw new Refusal('notification_required', { field: 'debits' })
  if (quietHours === null) return
  const { from, to } = quietHours
  if (isTimeOfDay(from) && isTimeOfDay(to) && from !== to) return
  throw new Refusal('invalid_request', {
    errors: [{ pointer: '/quiet_hours', message: 'begin and end at different times of day, as HH:MM' }]
  })
}

/** What a customer can be reached by. */
export type Reach = ReadonlySet<Channel>

/**
 * On which channels something is told: those chosen, as far as there is an address. Who has no e-mail address is told by text
 * message instead; of security and debits everybody is told somehow who can be reached at all.
 */
export function channelsFor(
  category: Category,
  { channels: chosen }: NotificationPreferences,
  reach: Reach
): Channel[] {
  const choice = chosen[category]
  const wanted = new Set(channels.filter((channel) => choice[channel]))
  if (wanted.has('email') && !reach.has('email')) wanted.add('sms')
  const told = channels.filter((channel) => wanted.has(channel) && reach.has(channel))
  if (told.length > 0 || (category !== 'security' && category !== 'debits')) return told
  return channels.filter((channel) => reach.has(channel)).slice(0, 1)
}

/** The first of a browser's or an app's languages that we speak, by `Accept-Language`; English without one. */
export function languageOf(header: string | undefined): Language {
  const wishes = (header ?? '')
    .slice(0, 200)
    .split(',')
    .map((wish, place) => {
      const [tag = '', ...parameters] = wish.trim().toLowerCase().split(';')
      const quality = parameters.map((each) => /^\s*q=([01](?:\.\d{0,3})?)$/.exec(each)?.[1]).find(Boolean)
      return { language: tag.trim().split('-')[0], quality: Number(quality ?? 1), place }
    })
  const first = wishes
    .filter(({ language, quality }) => quality > 0 && languages.some((known) => known === language))
    .sort((a, b) => b.quality - a.quality || a.place - b.place)[0]
  return first?.language === 'zh' ? 'zh' : 'en'
}
