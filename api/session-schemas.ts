import { z } from 'zod'
import { id, Instant, text } from './schemas.ts'

export const Totp = z.string().regex(/^[0-9]{6}$/, 'must be six digits')
export const RecoveryCode = z
  .string()
  .max(40)
  .regex(/^[A-Za-z2-7 -]+$/, 'must be a recovery code')

const LogInDevice = z
  .strictObject({
    token: z
      .string()
      .regex(/^cof_device_[0-9a-f]{64}$/, 'must be a device token')
      .optional()
      .meta({ description: 'Of an earlier log-in from this device' }),
    name: text(60).default('A device').meta({ description: 'What its owner calls it; of a new one' })
  })
  .meta({ id: 'LogInDevice' })

export const LogIn = z
  .strictObject({
    login: z.string().min(3).max(254).meta({ description: 'E-mail address or E.164 phone number' }),
    password: z.string().min(1).max(512),
    device: LogInDevice.optional().meta({ description: 'Makes it known, so that it is not asked again' }),
    totp: Totp.optional(),
    recovery_code: RecoveryCode.optional(),
    challenge_id: id('ver')
      .optional()
      .meta({ description: 'Of `second_factor_required`, with the code that was sent' }),
    code: z
      .string()
      .regex(/^[0-9]{4,10}$/, 'must be the digits of the code')
      .optional()
  })
  .refine(({ challenge_id, code }) => (challenge_id === undefined) === (code === undefined), {
    message: 'challenge_id and code go together',
    path: ['code']
  })
  .refine(({ totp, recovery_code, code }) => [totp, recovery_code, code].filter(isGiven).length <= 1, {
    message: 'one of totp, recovery_code, code',
    path: ['totp']
  })

export const Refresh = z.strictObject({
  refresh_token: z.string().regex(/^cof_refresh_[0-9a-f]{64}$/, 'must be a refresh token')
})

export const OpenSession = z
  .strictObject({
    id: id('ses'),
    object: z.literal('session'),
    customer_id: id('cus'),
    access_token: z.string().meta({ description: 'Send it as Authorization: Bearer' }),
    expires_at: Instant.meta({ description: 'When the access token ends; refresh before' }),
    refresh_token: z.string().meta({ description: 'Works once; a second use ends the session' }),
    device: z
      .strictObject({
        id: id('dev'),
        name: z.string(),
        token: z.string().optional().meta({ description: 'Of a new one, and only now: the device keeps it' })
      })
      .optional()
  })
  .meta({ id: 'OpenSession' })

export const LiveSession = z
  .strictObject({
    id: id('ses'),
    object: z.literal('session'),
    customer_id: id('cus'),
    device_id: id('dev').nullable(),
    current: z.boolean(),
    created_at: Instant,
    expires_at: Instant
  })
  .meta({ id: 'Session' })

export const EndedSessions = z
  .strictObject({ object: z.literal('ended_sessions'), sessions_ended: z.int().min(0) })
  .meta({ id: 'EndedSessions' })

export const DeviceReply = z
  .strictObject({
    id: id('dev'),
    object: z.literal('device'),
    name: z.string(),
    current: z.boolean(),
    known_since: Instant.meta({ description: 'For 72 hours from then on payments above 30 USD are confirmed' }),
    last_seen_at: Instant
  })
  .meta({ id: 'Device' })

function isGiven(value: string | undefined): boolean {
  return value !== undefined
}
