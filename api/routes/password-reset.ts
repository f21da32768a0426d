import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { beginCooling } from '../../store/cooling.ts'
import { revokeDevices } from '../../store/devices.ts'
import { addNotice } from '../../store/notices.ts'
import {
  endPasswordResets,
  findPasswordReset,
  insertPasswordReset,
  tryReset,
  type PasswordReset
} from '../../store/password-reset.ts'
import { setPassword } from '../../store/passwords.ts'
import { loginKey } from '../../store/login-names.ts'
import { findPersonal } from '../../store/personal.ts'
import { createRateLimit, type RateLimit } from '../../store/rate-limits.ts'
import { endSessions } from '../../store/sessions.ts'
import { refuseWeakPassword } from '../chosen-secrets.ts'
import { createCodeSender } from '../code-sender.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'
import { id, Instant, instant, Password } from '../schemas.ts'

const ResetRequest = z
  .strictObject({ login: z.string().min(3).max(254).meta({ description: 'E-mail address or E.164 phone number' }) })
  .meta({ id: 'PasswordResetRequest' })

const CompleteRequest = z
  .strictObject({
    code: z.string().regex(/^[0-9]{4,10}$/, 'must be the digits of the code'),
    new_password: Password,
    birth_date: z.iso.date().optional().meta({ description: 'From tier 1 on' }),
    document_last4: z
      .string()
      .regex(/^[A-Za-z0-9]{4}$/, 'must be the last four characters')
      .optional()
      .meta({ description: 'From tier 1 on: of the number of the document that was shown' })
  })
  .meta({ id: 'PasswordResetCompletion' })

const ResetReply = z
  .strictObject({
    id: id('pwr').meta({ description: 'Whoever has it, the code and the rest sets the password: keep it to yourself' }),
    object: z.literal('password_reset'),
    state: z.enum(['pending', 'completed']),
    expires_at: Instant
  })
  .meta({ id: 'PasswordReset' })

const shared = { reply: ResetReply, callers: 'public', idempotency: 'stored' } as const

/** Who has forgotten the password proves by a code, and by what KYC knows of them, who they are. */
export function passwordResetRoutes(deps: ApiDeps): Route[] {
  const { per_address, per_login } = deps.policy.password_reset
  const ground: Ground = {
    ...deps,
    byAddress: createRateLimit(deps.pool, 'password-reset-address', per_address),
    byLogin: createRateLimit(deps.pool, 'password-reset', per_login),
    sendCode: createCodeSender(deps)
  }
  return [begin(ground), complete(ground)]
}

interface Ground extends ApiDeps {
  readonly byAddress: RateLimit
  readonly byLogin: RateLimit
  readonly sendCode: ReturnType<typeof createCodeSender>
}

const begin = ({ policy, vault, byAddress, byLogin, sendCode }: Ground): Route =>
  route.post(
    '/password-resets',
    {
      ...shared,
      summary: 'Ask for a code that replaces a forgotten password',
      description:
        'The answer is the same whether or not anybody has this log-in: only the run that sends the code looks. It goes ' +
        'to the address that is the log-in.',
      body: ResetRequest,
      status: 202,
      errors: ['too_many_requests']
    },
    async ({ body, newId, transaction, afterCommit }) => {
      const made = { id: newId('pwr'), login: loginKey(vault, body.login) }
      const reset = await insertPasswordReset(transaction, vault, made, policy.password_reset)
      afterCommit(() => sendCode({ id: reset.id, channel: reset.login.kind }))
      return toReply(reset, 'pending')
    },
    {
      before: async ({ body, address }) => {
        await byAddress.take(address)
        await byLogin.take(loginKey(vault, body.login).index.toString('hex'))
      }
    }
  )

const complete = ({ db, policy, vault, byAddress }: Ground): Route =>
  route.post(
    '/password-resets/{id}/complete',
    {
      ...shared,
      summary: 'Set a new password with the code',
      description:
        'From tier 1 on birth date and document are asked for as well; a wrong answer does not say which of them was. ' +
        'Every session ends, devices are forgotten, and for 24 hours nothing sensitive is done (`cooling_down`).',
      params: z.strictObject({ id: id('pwr') }),
      body: CompleteRequest,
      status: 200,
      errors: ['verification_failed', 'verification_over', 'too_many_requests']
    },
    async ({ params, body, transaction, requestId }) => {
      const reset = await findPasswordReset(transaction, params.id)
      if (!reset?.customerId || !(await endPasswordResets(transaction, reset.id, reset.customerId)))
        throw new Refusal('verification_over')
      const { customerId } = reset
      await setPassword(transaction, customerId, body.new_password)
      await beginCooling(transaction, customerId, policy.password_reset.cooling_ms)
      const data = {
        sessions_ended: await endSessions(transaction, customerId),
        devices_revoked: await revokeDevices(transaction, customerId)
      }
      await addNotice(transaction, customerId, 'password_reset')
      const entry = { actor: 'anyone', action: 'password.reset', object: customerId, requestId, data }
      await appendAudit(transaction, entry)
      return toReply(reset, 'completed')
    },
    {
      before: async ({ params, body, address }) => {
        await byAddress.take(address)
        refuseWeakPassword(body.new_password, [], '/new_password')
        if (!(await findPasswordReset(db, params.id))) throw new Refusal('not_found')
        const answer = await tryReset(db, vault, params.id, body)
        if (answer.kind === 'wrong') throw new Refusal('verification_failed', { attempts_left: answer.attemptsLeft })
        if (answer.kind === 'over') throw new Refusal('verification_over')
        // Only now: a password that is too like a log-in would tell strangers what the log-in is.
        const logins = (await findPersonal(db, vault, answer.customerId, ['email', 'phone'])).map(({ value }) => value)
        refuseWeakPassword(body.new_password, logins, '/new_password')
      }
    }
  )

const toReply = ({ id, expiresAt }: PasswordReset, state: 'pending' | 'completed'): z.input<typeof ResetReply> => ({
  id,
  object: 'password_reset',
  state,
  expires_at: instant(expiresAt)
})
