import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { addNotice } from '../../store/notices.ts'
import { findProvedContact } from '../../store/personal.ts'
import {
  activateSecondFactor,
  beginSecondFactor,
  readSecondFactor,
  removeSecondFactor
} from '../../store/second-factor.ts'
import { mustNotCool } from '../cool-down.ts'
import type { ApiDeps } from '../deps.ts'
import { createMustKnowPassword } from '../know-password.ts'
import { qrSvg } from '../qr-image.ts'
import { route, type Route } from '../route.ts'
import { Password } from '../schemas.ts'
import { mustProveFactor } from '../second-factor.ts'
import { RecoveryCode, Totp } from '../session-schemas.ts'

const fields = {
  object: z.literal('second_factor'),
  state: z
    .enum(['none', 'pending', 'active'])
    .meta({ description: '`pending`: shown, but no code of it was entered yet' })
}
const SecondFactorReply = z
  .strictObject({ ...fields, recovery_codes_left: z.int().min(0) })
  .meta({ id: 'SecondFactor' })
const Enrolment = z
  .strictObject({
    ...fields,
    secret: z.string().meta({ description: 'Base32, for who cannot scan' }),
    otpauth_uri: z.string(),
    qr_svg: z.string().meta({ description: 'The URI as a picture' })
  })
  .meta({ id: 'SecondFactorEnrolment' })
const Activation = z
  .strictObject({
    ...fields,
    recovery_codes: z.array(z.string()).meta({ description: 'Each works once; shown now, and never again' })
  })
  .meta({ id: 'SecondFactorActivation' })

const own = { status: 200, callers: { customer: 'own' }, idempotency: 'stored' } as const

/** An authenticator, after RFC 6238: codes that only the customer's own device makes. */
export const secondFactorRoutes = (deps: ApiDeps): Route[] => [read(deps), enrol(deps), confirm(deps), disable(deps)]

const read = ({ db }: ApiDeps): Route =>
  route.get(
    '/second-factor',
    { summary: 'Read whether I have a second factor', reply: SecondFactorReply, callers: own.callers },
    async ({ caller, ownOnly }) => {
      ownOnly()
      const { state, recoveryCodesLeft } = await readSecondFactor(db, caller.customerId)
      return { object: 'second_factor' as const, state, recovery_codes_left: recoveryCodesLeft }
    }
  )

const enrol = (deps: ApiDeps): Route => {
  const { db, vault } = deps
  const mustKnowPassword = createMustKnowPassword(deps)
  return route.post(
    '/second-factor',
    {
      ...own,
      summary: 'Get the secret of a second factor',
      description: 'Nothing asks for it before a code of it came back. Asked again before that, it gives another one.',
      body: z.strictObject({ password: Password }).meta({ id: 'SecondFactorRequest' }),
      reply: Enrolment,
      errors: ['invalid_credentials', 'state_conflict', 'cooling_down', 'too_many_requests']
    },
    async ({ caller, ownOnly, transaction }) => {
      ownOnly()
      const secret = await beginSecondFactor(transaction, vault, caller.customerId)
      if (secret === undefined) throw new Refusal('state_conflict', { state: 'active' })
      const contact = await findProvedContact(transaction, vault, caller.customerId)
      const otpauth_uri = otpauthUri(secret, contact?.value ?? caller.customerId)
      return {
        object: 'second_factor' as const,
        state: 'pending' as const,
        secret,
        otpauth_uri,
        qr_svg: await qrSvg(otpauth_uri)
      }
    },
    {
      before: async ({ body, caller, ownOnly }) => {
        ownOnly()
        await mustNotCool(db, caller.customerId)
        await mustKnowPassword(caller.customerId, body.password)
      }
    }
  )
}

const confirm = (deps: ApiDeps): Route =>
  route.post(
    '/second-factor/confirm',
    {
      ...own,
      summary: 'Put the second factor in force, with its first code',
      body: z.strictObject({ totp: Totp }).meta({ id: 'SecondFactorConfirmation' }),
      reply: Activation,
      errors: ['second_factor_failed', 'second_factor_locked', 'state_conflict', 'cooling_down']
    },
    async ({ caller, ownOnly, transaction, principal, requestId }) => {
      ownOnly()
      const { customerId } = caller
      const codes = await activateSecondFactor(transaction, customerId, deps.policy.second_factor.recovery_codes)
      if (!codes) throw new Refusal('state_conflict')
      await addNotice(transaction, customerId, 'second_factor_on')
      await appendAudit(transaction, { actor: principal, action: 'second_factor.on', object: customerId, requestId })
      return { object: 'second_factor' as const, state: 'active' as const, recovery_codes: codes }
    },
    {
      before: async ({ body, caller, ownOnly }) => {
        ownOnly()
        await mustNotCool(deps.db, caller.customerId)
        const { state } = await readSecondFactor(deps.db, caller.customerId)
        if (state !== 'pending') throw new Refusal('state_conflict', { state })
        await mustProveFactor(deps, caller.customerId, body, 'pending')
      }
    }
  )

const disable = (deps: ApiDeps): Route => {
  const mustKnowPassword = createMustKnowPassword(deps)
  return route.post(
    '/second-factor/disable',
    {
      ...own,
      summary: 'Do without the second factor again',
      description: 'Takes the password, and a code of the authenticator or a recovery code.',
      body: z
        .strictObject({ password: Password, totp: Totp.optional(), recovery_code: RecoveryCode.optional() })
        .refine(({ totp, recovery_code }) => (totp === undefined) !== (recovery_code === undefined), {
          message: 'one of totp, recovery_code',
          path: ['totp']
        })
        .meta({ id: 'SecondFactorRemoval' }),
      reply: SecondFactorReply,
      errors: [
        'invalid_credentials',
        'second_factor_failed',
        'second_factor_locked',
        'cooling_down',
        'too_many_requests'
      ]
    },
    async ({ caller, ownOnly, transaction, principal, requestId }) => {
      ownOnly()
      const { customerId } = caller
      if (!(await removeSecondFactor(transaction, customerId))) throw new Refusal('state_conflict', { state: 'none' })
      await addNotice(transaction, customerId, 'second_factor_off')
      await appendAudit(transaction, { actor: principal, action: 'second_factor.off', object: customerId, requestId })
      return { object: 'second_factor' as const, state: 'none' as const, recovery_codes_left: 0 }
    },
    {
      before: async ({ body: { password, totp, recovery_code = '' }, caller, ownOnly }) => {
        ownOnly()
        await mustNotCool(deps.db, caller.customerId)
        await mustKnowPassword(caller.customerId, password)
        await mustProveFactor(deps, caller.customerId, totp === undefined ? { recovery_code } : { totp })
      }
    }
  )
}

/** How authenticators take a secret; digits, period and algorithm are those that all of them take for granted. */
const otpauthUri = (secret: string, account: string): string =>
  `otpauth://totp/Coffer:${encodeURIComponent(account)}?secret=${secret}&issuer=Coffer`
