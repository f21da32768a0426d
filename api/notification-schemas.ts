import { z } from 'zod'
import { categories, channels, languages, noticeKinds, type Category, type Channel } from '../domain/notice-kinds.ts'
import { ListQuery, listOf } from './list.ts'
import { id, Instant } from './schemas.ts'

export const NotificationReply = z
  .strictObject({
    id: id('ntf'),
    object: z.literal('notification'),
    kind: z.enum(noticeKinds),
    category: z.enum(categories),
    subject: z.string(),
    text: z.string(),
    object_id: z.string().nullable().meta({ description: 'What it is about' }),
    link: z.string().nullable().meta({ description: 'Where that is read', example: '/v1/payments/pay_…' }),
    created_at: Instant,
    read_at: Instant.nullable()
  })
  .meta({ id: 'Notification', description: 'What a customer was told, in the language that they want now' })

export const NotificationQuery = ListQuery.extend({
  unread: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .meta({ description: 'Only what was not read yet' })
})

export const NotificationList = listOf(NotificationReply).extend({
  unread_count: z.int().min(0).meta({ description: 'Of all, not of this page' })
})

const TimeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time of day as HH:MM')
const QuietHours = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay })
  .meta({ id: 'QuietHours', description: 'In the customer’s zone; over midnight where `from` is later than `to`' })

type Shape<Value extends z.ZodType> = { [channel in Channel]: Value }
const byChannel = <Value extends z.ZodType>(value: Value) =>
  z.strictObject(Object.fromEntries(channels.map((channel) => [channel, value])) as Shape<Value>)
const byCategory = <Value extends z.ZodType>(value: Value) =>
  z.strictObject(Object.fromEntries(categories.map((each) => [each, value])) as { [category in Category]: Value })

export const PreferencesRequest = z
  .strictObject({
    language: z.enum(languages),
    quiet_hours: QuietHours.nullable().meta({ description: 'Everything but security waits for their end' }),
    channels: byCategory(byChannel(z.boolean().optional()).optional()).meta({
      description: 'What is left out is at its default. `security` stays on, and one channel of `debits`'
    })
  })
  .meta({ id: 'NotificationPreferencesRequest' })

export const PreferencesReply = z
  .strictObject({
    object: z.literal('notification_preferences'),
    customer_id: id('cus'),
    language: z.enum(languages),
    quiet_hours: QuietHours.nullable(),
    channels: byCategory(byChannel(z.boolean()))
  })
  .meta({ id: 'NotificationPreferences' })

export const PushTokenRequest = z
  .strictObject({
    token: z.string().regex(/^[\x21-\x7e]{8,512}$/, 'must be 8 to 512 visible ASCII characters')
  })
  .meta({ id: 'PushTokenRequest', description: 'What the maker of the device’s system calls this app on it by' })

export const PushReply = z
  .strictObject({ object: z.literal('push_registration'), device_id: id('dev') })
  .meta({ id: 'PushRegistration' })

export const DeliveryReply = z
  .strictObject({
    object: z.literal('notification_delivery'),
    notification_id: id('ntf'),
    kind: z.string(),
    channel: z.enum(channels),
    to: z.string().nullable().meta({ description: 'Masked; of a push the device' }),
    language: z.enum(languages),
    state: z.enum(['waiting', 'sent', 'undeliverable']),
    attempts: z.int().min(0),
    failure: z.string().nullable(),
    due_at: Instant,
    ended_at: Instant.nullable()
  })
  .meta({ id: 'NotificationDelivery' })

export const DeliveryQuery = ListQuery.extend({ state: z.enum(['waiting', 'sent', 'undeliverable']).optional() })
