import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import type { CustomerId } from '../../domain/ids.ts'
import { appendAudit } from '../../store/audit.ts'
import { addNotice } from '../../store/notices.ts'
import { setPassword } from '../../store/passwords.ts'
import { findPersonal } from '../../store/personal.ts'
import { hasPin, setPin } from '../../store/pin.ts'
import { endSessions } from '../../store/sessions.ts'
import { refuseWeakPassword, refuseWeakPin } from '../chosen-secrets.ts'
import { mustNotCool } from '../cool-down.ts'
import type { ApiDeps } from '../deps.ts'
import { mustEnterPin } from '../enter-pin.ts'
import { createMustKnowPassword, type MustKnowPassword } from '../know-password.ts'
import { route, type Route } from '../route.ts'
import { id, Password, Pin } from '../schemas.ts'

const SetPin = z.strictObject({ password: Password, pin: Pin }).meta({ id: 'SetPinRequest' })
const ChangePin = z.strictObject({ old_pin: Pin, new_pin: Pin }).meta({ id: 'ChangePinRequest' })
const ChangePassword = z
  .strictObject({ old_password: Password, new_password: Password })
  .meta({ id: 'ChangePasswordRequest' })

const CredentialReply = z
  .strictObject({ object: z.literal('credential'), kind: z.enum(['pin', 'password']), customer_id: id('cus') })
  .meta({ id: 'Credential', description: 'That it was set; never what it is' })

const spec = {
  params: z.strictObject({ id: id('cus') }),
  reply: CredentialReply,
  status: 200,
  callers: { customer: 'own' },
  idempotency: 'stored'
} as const

/** What only the customer knows: each change asks for what was known before. */
export function credentialRoutes(deps: ApiDeps): Route[] {
  const ground: Ground = { ...deps, mustKnowPassword: createMustKnowPassword(deps) }
  return [choosePin(ground), changePin(ground), changePassword(ground)]
}

interface Ground extends ApiDeps {
  readonly mustKnowPassword: MustKnowPassword
}

const choosePin = ({ db, policy, vault, mustKnowPassword }: Ground): Route =>
  route.post(
    '/customers/{id}/set-pin',
    {
      ...spec,
      summary: 'Choose the PIN that confirms payments, for the first time',
      body: SetPin,
      errors: ['invalid_credentials', 'state_conflict', 'too_many_requests', 'cooling_down']
    },
    async ({ params, body, transaction, principal, requestId }) => {
      if (await hasPin(transaction, params.id)) throw new Refusal('state_conflict', { state: 'set' })
      await setPin(transaction, vault, params.id, body.pin)
      await addNotice(transaction, params.id, 'pin_set')
      await appendAudit(transaction, { actor: principal, action: 'pin.set', object: params.id, requestId })
      return toReply('pin', params.id)
    },
    {
      before: async ({ params, body, mustOwn }) => {
        mustOwn({ customerId: params.id })
        refuseWeakPin(body.pin, policy.pin, '/pin')
        await mustNotCool(db, params.id)
        await mustKnowPassword(params.id, body.password)
      }
    }
  )

const changePin = ({ db, policy, vault }: Ground): Route =>
  route.post(
    '/customers/{id}/change-pin',
    {
      ...spec,
      summary: 'Change the PIN; wrong old ones count and lock like any other wrong PIN',
      body: ChangePin,
      errors: ['confirmation_failed', 'pin_locked', 'cooling_down']
    },
    async ({ params, body, transaction, principal, requestId }) => {
      await setPin(transaction, vault, params.id, body.new_pin)
      await addNotice(transaction, params.id, 'pin_changed')
      await appendAudit(transaction, { actor: principal, action: 'pin.changed', object: params.id, requestId })
      return toReply('pin', params.id)
    },
    {
      before: async ({ params, body, mustOwn }) => {
        mustOwn({ customerId: params.id })
        refuseWeakPin(body.new_pin, policy.pin, '/new_pin')
        await mustNotCool(db, params.id)
        await mustEnterPin({ db, vault, policy }, params.id, body.old_pin)
      }
    }
  )

const changePassword = ({ db, vault, mustKnowPassword }: Ground): Route =>
  route.post(
    '/customers/{id}/change-password',
    {
      ...spec,
      summary: 'Change the password; every other session ends',
      body: ChangePassword,
      errors: ['invalid_credentials', 'too_many_requests']
    },
    async ({ params, body, caller, transaction, principal, requestId }) => {
      await setPassword(transaction, params.id, body.new_password)
      const ended = await endSessions(transaction, params.id, caller.sessionId)
      await addNotice(transaction, params.id, 'password_changed')
      const data = { sessions_ended: ended }
      await appendAudit(transaction, {
        actor: principal,
        action: 'password.changed',
        object: params.id,
        requestId,
        data
      })
      return toReply('password', params.id)
    },
    {
      before: async ({ params, body, mustOwn }) => {
        mustOwn({ customerId: params.id })
        const logins = (await findPersonal(db, vault, params.id, ['email', 'phone'])).map(({ value }) => value)
        refuseWeakPassword(body.new_password, logins, '/new_password')
        await mustKnowPassword(params.id, body.old_password)
      }
    }
  )

const toReply = (kind: 'pin' | 'password', customerId: CustomerId): z.input<typeof CredentialReply> => ({
  object: 'credential',
  kind,
  customer_id: customerId
})
