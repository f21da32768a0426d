import { z } from 'zod'
import { currencyCodes } from '../domain/currencies.ts'
import type { IdByPrefix, IdPrefix } from '../domain/ids.ts'
import { isId } from '../domain/ids.ts'
import { fromWire, REQUEST_AMOUNT, type Money, type WireMoney } from '../domain/money.ts'
import { isEmail, isPhone, normalise } from '../domain/personal.ts'

/** The pieces that requests and replies are made of: validation and OpenAPI in one. */
export const Currency = z.enum(currencyCodes()).meta({ id: 'Currency', description: 'ISO 4217 code', example: 'USD' })

/** `{"amount":"1050","currency":"USD"}` in a request; parsed to `Money`. Above zero, no sign, no leading zero. */
export const MoneyRequest = z
  .strictObject({
    amount: z
      .string()
      .regex(REQUEST_AMOUNT, 'must be a whole number of minor units above zero, as a string')
      .meta({ example: '1050' }),
    currency: Currency
  })
  .transform((wire): Money => fromWire(wire as WireMoney))
  .meta({ id: 'MoneyRequest', description: 'An amount above zero in minor units (cents, yen, fils).' })

/** Money in a reply: `toWire(money)`. Zero is possible, below zero only in entries. */
export const MoneyReply = z
  .strictObject({ amount: z.string().regex(/^(0|-?[1-9][0-9]{0,18})$/), currency: Currency })
  .meta({ id: 'Money', description: 'An amount in minor units (cents, yen, fils).' })

/** An id of one kind: `id('wal')` takes `wal_` and 32 hex digits, and gives a `WalletId`. */
export const id = <P extends IdPrefix>(prefix: P) =>
  z
    .custom<IdByPrefix[P]>((value) => typeof value === 'string' && isId(prefix, value), `must be a ${prefix}_ id`)
    .meta({ type: 'string', pattern: `^${prefix}_[0-9a-f]{32}$`, example: `${prefix}_${'0'.repeat(31)}1` })

/** An instant in a reply. `instant(date)` writes it: RFC 3339, UTC, milliseconds, `Z`. */
export const Instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  .meta({ id: 'Instant', format: 'date-time', example: '2026-01-31T09:00:00.000Z' })

export const instant = (date: Date): string => date.toISOString()

/** An instant in a request or a query; parsed to a `Date`. Milliseconds may be left out, the `Z` may not. */
export const InstantRequest = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/, 'must be an RFC 3339 instant in UTC')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be an instant that exists')
  .transform((text) => new Date(text))
  .meta({ id: 'InstantRequest', format: 'date-time', example: '2026-01-31T09:00:00.000Z' })

/** An IANA time zone that this installation knows, such as `Europe/Berlin`. */
export const Zone = z
  .string()
  .max(64)
  .refine((zone) => /^[A-Z][A-Za-z0-9_+/-]*$/.test(zone) && isZone(zone), 'must be an IANA time zone')
  .meta({ id: 'Zone', example: 'Europe/Berlin' })

/** Text of people: not empty, nothing but printable characters (no control characters, no line breaks). */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must not contain control characters')

/** The caller's own notes on a record: up to 20 pairs. Never put personal data here: it is stored as it is. */
export const Metadata = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/, 'keys have 1–40 letters, digits or _ . -'), z.string().max(500))
  .refine((pairs) => Object.keys(pairs).length <= 20, 'must not have more than 20 keys')
  .meta({
    id: 'Metadata',
    description: 'Your own notes: up to 20 keys, values up to 500 characters. No personal data.'
  })

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export const Email = text(254).refine((given) => isEmail(normalise('email', given)), 'must be an e-mail address')
export const Phone = text(32).refine((given) => isPhone(normalise('phone', given)), 'must be an E.164 phone number')

/** As somebody types it in; whether it may be chosen is `chosen-secrets.ts`'s to say. */
export const Pin = z.string().regex(/^[0-9]{1,12}$/, 'must be digits')

/** Whether it may be chosen is `chosen-secrets.ts`'s to say. */
export const Password = z.string().min(1).max(512).meta({ description: 'At least 10 characters, not a common one' })
