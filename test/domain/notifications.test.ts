import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { currency } from '../../domain/currencies.ts'
import { formatAmount, formatInstant } from '../../domain/locale-format.ts'
import { noticesOfEvents } from '../../domain/notice-events.ts'
import { factsOf } from '../../domain/notice-facts.ts'
import { categories, categoryOf, languages, noticeKinds, type Channel } from '../../domain/notice-kinds.ts'
import { noticeText } from '../../domain/notice-text.ts'
import {
  channelsFor,
  effective,
  languageOf,
  mustBeTold,
  nothingStated,
  type StatedPreferences
} from '../../domain/notification-preferences.ts'
import { quietUntil } from '../../domain/quiet-hours.ts'
import { fitPart, partsOf } from '../../domain/text-message.ts'
import { codeMessages } from '../../domain/verification-message.ts'
import { refusalOf } from './refusal-of.ts'

const usd = (amount: bigint) => ({ amount, currency: currency('USD') })
const token = `cof_not_me_pay_${'0'.repeat(32)}_${'f'.repeat(64)}`
const facts = { amount: usd(123_456_789n), party: 'Café Größenwahn Straße 7', due: new Date('2026-12-31T23:59:00Z') }
const everyText = noticeKinds.flatMap((kind) => languages.map((language) => ({ kind, language })))
const isDebit = (kind: string) => categoryOf[kind as keyof typeof categoryOf] === 'debits'

describe('What somebody is told', () => {
  it.each(everyText)('of $kind in $language has a subject and a text, in that language, without holes', (of) => {
    for (const known of [facts, {}]) {
      const { subject, text } = noticeText(of.kind, of.language, 'email', known, 'Europe/Berlin')
      for (const words of [subject, text]) {
        expect(words).not.toMatch(/undefined|null|\[object|\s{2}|^\s|\s$/)
        expect(/\p{Script=Han}/u.test(words)).toBe(of.language === 'zh')
      }
      expect(subject.length).toBeLessThanOrEqual(80)
    }
  })

  it.each(everyText)(
    'of $kind in $language fits one text message, or with the answer "not me" a few',
    ({ kind, language }) => {
      const { text } = noticeText(
        kind,
        language,
        'sms',
        { ...facts, token: isDebit(kind) ? token : '' },
        'Europe/Berlin'
      )
      expect(partsOf(text)).toBeLessThanOrEqual(isDebit(kind) ? { en: 2, zh: 3 }[language] : 1)
    }
  )

  it('carries the answer "not me" by message, and not where one is logged in', () => {
    for (const language of languages) {
      for (const channel of ['email', 'sms', 'push'] as const)
        expect(noticeText('debit', language, channel, { ...facts, token }, 'UTC').text).toContain(token)
      expect(noticeText('debit', language, 'app', facts, 'UTC').text).not.toContain('cof_not_me')
    }
  })

  it('names what an event says, and nothing where it says nothing', () => {
    const money = { amount: '1050', currency: 'USD' }
    expect(factsOf('debit', { amount: money }).amount).toEqual(usd(1_050n))
    expect(factsOf('receivable', { amount: money, outstanding: { ...money, amount: '7' } }).amount).toEqual(usd(7n))
    for (const data of [null, 7, {}, { amount: 'much' }, { amount: { amount: '1', currency: 'XXX?' } }])
      expect(factsOf('debit', data).amount).toBeUndefined()
  })

  it('writes money and times as the language does, exactly, and where the reader lives', () => {
    expect(formatAmount('en', usd(123_456n))).toBe('USD 1,234.56')
    expect(formatAmount('zh', { amount: 123_456n, currency: currency('JPY') })).toBe('JPY 123,456')
    expect(formatAmount('en', { amount: 1_500n, currency: currency('KWD') })).toBe('KWD 1.500')
    expect(formatAmount('en', usd(900_719_925_474_099_312n))).toBe('USD 9,007,199,254,740,993.12')
    const at = new Date('2026-01-31T23:30:00Z')
    expect(formatInstant('en', at, 'Europe/Berlin')).toBe('Feb 1, 2026, 12:30 AM')
    expect(formatInstant('zh', at, 'Europe/Berlin')).toBe('2026年2月1日 00:30')
  })

  it('of a code fits one text message', () => {
    for (const language of languages) {
      const { registration, logIn, reset, taken } = codeMessages[language]
      for (const make of [registration, logIn, reset]) {
        expect(make('471199', 10).text).toContain('471199')
        expect(partsOf(make('471199', 10).text)).toBe(1)
      }
      expect(partsOf(taken.text)).toBe(1)
    }
  })

  it('is counted in parts by the alphabet of text messages, and names lose the letters that it lacks', () => {
    expect(['a'.repeat(160), 'a'.repeat(161), '€'.repeat(81), '中'.repeat(70), '中'.repeat(71)].map(partsOf)).toEqual([
      ...[1, 2, 2, 1, 2]
    ])
    expect(fitPart('Łódź Kavárna', 20)).toBe('Łodz Kavarna')
    expect(fitPart('A name that is far too long', 10)).toBe('A name th.')
  })
})

describe('The table of events', () => {
  it('has a kind for each of them, and tells nobody the same twice of one event', () => {
    const keys = noticesOfEvents.map(({ type, kind, to }) => `${type} ${kind} ${to}`)
    expect(new Set(keys).size).toBe(keys.length)
    for (const { type } of noticesOfEvents) expect(type).toMatch(/^[a-z_]+\.[a-z_]+$/)
  })
})

describe('Preferences', () => {
  const stated = (channels: StatedPreferences['channels']) => effective({ ...nothingStated, channels })
  const reach = (...ways: Channel[]) => new Set(ways)

  it('are the defaults where nothing was said: security everywhere, marketing nowhere', () => {
    const usual = effective(nothingStated)
    expect(channelsFor('security', usual, reach('email', 'sms', 'push'))).toEqual(['email', 'sms', 'push'])
    expect(channelsFor('money', usual, reach('email', 'sms', 'push'))).toEqual(['email', 'push'])
    expect(channelsFor('marketing', usual, reach('email', 'sms', 'push'))).toEqual([])
  })

  it('reach who has no e-mail address by text message, and of debits everybody who can be reached at all', () => {
    expect(channelsFor('money', effective(nothingStated), reach('sms'))).toEqual(['sms'])
    const byPush = { email: false, sms: false, push: true }
    expect(channelsFor('debits', stated({ debits: byPush }), reach('email'))).toEqual(['email'])
    expect(channelsFor('money', stated({ money: byPush }), reach('email'))).toEqual([])
  })

  it('cannot switch off security, nor every channel of debits, and hours have to have a length', () => {
    const off = { email: false, sms: false, push: false }
    expect(refusalOf(() => mustBeTold(stated({ security: { push: false } })))).toMatchObject({
      code: 'notification_required',
      data: { field: 'security' }
    })
    expect(refusalOf(() => mustBeTold(stated({ debits: off })))).toMatchObject({ data: { field: 'debits' } })
    const everythingElse = Object.fromEntries(categories.slice(2).map((each) => [each, off]))
    expect(() => mustBeTold(stated({ ...everythingElse, debits: { ...off, sms: true } }))).not.toThrow()
    const hours = (from: string, to: string) => ({ ...effective(nothingStated), quietHours: { from, to } })
    expect(refusalOf(() => mustBeTold(hours('07:00', '07:00'))).code).toBe('invalid_request')
    expect(() => mustBeTold(hours('22:00', '07:00'))).not.toThrow()
  })

  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en-US,en;q=0.9,zh;q=0.8', 'en'],
    ['de,zh-Hant;q=0.5', 'zh'],
    ['en;q=0.3, zh;q=0.4', 'zh'],
    ['zh;q=0', 'en'],
    ['fr', 'en'],
    ['', 'en'],
    [undefined, 'en'],
    [';;;,=,q=9'.repeat(99), 'en']
  ])('take the language from Accept-Language %j: %s', (header, language) => {
    expect(languageOf(header)).toBe(language)
  })
})

describe('Quiet hours', () => {
  const night = { from: '22:00', to: '07:00' }
  const berlin = (now: string, hours = night) => quietUntil(new Date(now), hours, 'Europe/Berlin')?.toISOString()

  it('last from one time of day to another where the customer lives, over midnight too', () => {
    expect(berlin('2026-01-10T20:59:59Z')).toBeUndefined()
    expect(berlin('2026-01-10T21:00:00Z')).toBe('2026-01-11T06:00:00.000Z')
    expect(berlin('2026-01-11T05:59:59Z')).toBe('2026-01-11T06:00:00.000Z')
    expect(berlin('2026-01-11T06:00:00Z')).toBeUndefined()
    expect(berlin('2026-07-10T12:00:00Z', { from: '13:00', to: '15:00' })).toBe('2026-07-10T13:00:00.000Z')
  })

  it('are an hour shorter and longer in the nights on which the clocks are set', () => {
    expect(berlin('2026-03-28T21:00:00Z')).toBe('2026-03-29T05:00:00.000Z')
    expect(berlin('2026-10-24T20:00:00Z')).toBe('2026-10-25T06:00:00.000Z')
  })

  it('end after an hour that does not come, and in the second of two', () => {
    expect(berlin('2026-03-28T23:00:00Z', { from: '23:00', to: '02:30' })).toBe('2026-03-29T01:30:00.000Z')
    // 02:15 for the second time.
    expect(berlin('2026-10-25T01:15:00Z', { from: '23:00', to: '02:30' })).toBe('2026-10-25T01:30:00.000Z')
  })

  it('end later than now, within a day and the hour that is set, and it is not quiet then', () => {
    const minutesOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
    const time = fc.integer({ min: 0, max: 1_439 }).map((minutes) => {
      const two = (part: number) => String(part).padStart(2, '0')
      return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
    })
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'UTC',
      'Africa/Cairo'
    )
    const from = Date.UTC(2026, 0, 1)
    const now = fc.integer({ min: 0, max: 2 * 365 * 24 * 60 }).map((minutes) => new Date(from + minutes * 60_000))
    fc.assert(
      fc.property(now, time, time, zone, (at, begins, ends, where) => {
        // Of more than 22 hours some begin again in the hour that is set.
        const length = (minutesOf(ends) - minutesOf(begins) + 1_440) % 1_440
        fc.pre(length > 0 && length <= 1_320)
        const until = quietUntil(at, { from: begins, to: ends }, where)
        if (until === undefined) return
        expect(quietUntil(until, { from: begins, to: ends }, where)).toBeUndefined()
        const hours = (until.getTime() - at.getTime()) / 3_600_000
        expect(hours).toBeGreaterThan(0)
        expect(hours).toBeLessThanOrEqual(25)
      }),
      { numRuns: 2_000 }
    )
  })
})
