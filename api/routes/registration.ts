import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { languageOf, nothingStated } from '../../domain/notification-preferences.ts'
import { appendAudit } from '../../store/audit.ts'
import { insertConsent } from '../../store/consent.ts'
import { insertCustomer } from '../../store/customers.ts'
import { putPreferences } from '../../store/notification-preferences.ts'
import { setPassword } from '../../store/passwords.ts'
import { loginIndex } from '../../store/login-names.ts'
import { findPersonalValue, putPersonal } from '../../store/personal.ts'
import { createRateLimit, type RateLimit } from '../../store/rate-limits.ts'
import {
  endVerification,
  findVerification,
  insertVerification,
  tryCode,
  type Verification
} from '../../store/verification.ts'
import { refuseWeakPassword } from '../chosen-secrets.ts'
import { createCodeSender } from '../code-sender.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'
import { Email, id, Instant, instant, Password, Phone, text, Zone } from '../schemas.ts'

const RegistrationRequest = z
  .strictObject({
    email: Email.optional(),
    phone: Phone.optional(),
    password: Password,
    name: text(140).optional(),
    zone: Zone.meta({ description: 'Days of limits and due dates are days of this zone' }),
    terms_version: z.string().max(32).meta({ description: 'The version of the terms that was shown and agreed to' })
  })
  .refine(({ email, phone }) => (email === undefined) !== (phone === undefined), {
    message: 'an e-mail address or a phone number is needed, not both',
    path: ['email']
  })
  .meta({ id: 'RegistrationRequest' })

const CodeRequest = z
  .strictObject({ code: z.string().regex(/^[0-9]{4,10}$/, 'must be the digits of the code') })
  .meta({ id: 'CodeRequest' })

const VerificationReply = z
  .strictObject({
    id: id('ver').meta({ description: 'Whoever has it and the code can prove the address: keep it to yourself' }),
    object: z.literal('verification'),
    customer_id: id('cus'),
    channel: z.enum(['email', 'phone']),
    state: z.enum(['pending', 'verified', 'over']),
    attempts_left: z.int().min(0),
    expires_at: Instant
  })
  .meta({ id: 'Verification' })

const params = z.strictObject({ id: id('ver') })

/** How somebody who is nobody yet becomes a customer who can log in: an address, a password, a code. */
export function registrationRoutes(deps: ApiDeps): Route[] {
  const { per_address, codes_per_contact } = deps.policy.registration
  const ground: Ground = {
    ...deps,
    byAddress: createRateLimit(deps.pool, 'registration', per_address),
    byContact: createRateLimit(deps.pool, 'code', codes_per_contact),
    sendCode: createCodeSender(deps)
  }
  return [register(ground), confirmCode(ground), resendCode(ground)]
}

interface Ground extends ApiDeps {
  readonly byAddress: RateLimit
  readonly byContact: RateLimit
  readonly sendCode: ReturnType<typeof createCodeSender>
}

const register = ({ policy, vault, byAddress, byContact, sendCode }: Ground): Route =>
  route.post(
    '/registrations',
    {
      summary: 'Register with an e-mail address or a phone number',
      description:
        'Makes a customer who is known by nothing but the address, and sends a code to it, in the language that ' +
        '`Accept-Language` asks for (`en`, `zh`) as all that is told from then on. The answer is the same for an ' +
        'address that has an account already; its owner gets a message that says so.',
      body: RegistrationRequest,
      reply: VerificationReply,
      status: 201,
      callers: 'public',
      idempotency: 'stored',
      errors: ['too_many_requests']
    },
    async ({ body, newId, transaction, requestId, afterCommit, header }) => {
      const { email, phone, password, name, zone } = body
      const { id: customerId } = await insertCustomer(transaction, { id: newId('cus'), zone, state: 'registered' })
      const channel = email === undefined ? 'phone' : 'email'
      const contact = (email ?? phone)!
      await putPersonal(transaction, vault, customerId, { kind: channel, value: contact })
      if (name !== undefined) await putPersonal(transaction, vault, customerId, { kind: 'name', value: name })
      await setPassword(transaction, customerId, password)
      const language = languageOf(header('accept-language'))
      if (language !== nothingStated.language)
        await putPreferences(transaction, customerId, { ...nothingStated, language })
      await insertConsent(transaction, { customerId, version: body.terms_version, requestId })
      const made = { customerId, channel } as const
      const verification = await insertVerification(transaction, vault, policy.registration, made)
      const data = { terms_version: body.terms_version }
      await appendAudit(transaction, {
        actor: 'anyone',
        action: 'customer.registered',
        object: customerId,
        requestId,
        data
      })
      afterCommit(() => sendCode(verification))
      return toReply(verification)
    },
    {
      before: async ({ body, address }) => {
        refuseWeakPassword(body.password, [body.email, body.phone], '/password')
        if (body.terms_version !== policy.registration.terms_version) {
          const message = `the terms in force are ${policy.registration.terms_version}: show those`
          throw new Refusal('invalid_request', { errors: [{ pointer: '/terms_version', message }] })
        }
        await byAddress.take(address)
        await byContact.take(loginIndex(vault, (body.email ?? body.phone)!))
      }
    }
  )

const confirmCode = ({ db, vault, byAddress }: Ground): Route =>
  route.post(
    '/verifications/{id}/confirm',
    {
      summary: 'Prove the address with the code',
      description: 'From then on it logs in. A code works once, for ten minutes and five tries.',
      params,
      body: CodeRequest,
      reply: VerificationReply,
      status: 200,
      callers: 'public',
      idempotency: 'stored',
      errors: ['verification_failed', 'verification_over', 'state_conflict', 'too_many_requests']
    },
    async ({ params: { id: verificationId }, transaction, requestId }) => {
      const verification = await findVerification(transaction, verificationId, 'registration')
      if (!verification || !(await endVerification(transaction, verificationId, 'used')))
        throw new Refusal('verification_over')
      const { customerId: ownerId, channel } = verification
      const value = await findPersonalValue(transaction, vault, { ownerId, kind: channel })
      if (value === undefined) throw new Refusal('verification_over')
      await putPersonal(transaction, vault, ownerId, { kind: channel, value, verified: true })
      const data = { customer_id: ownerId, channel }
      await appendAudit(transaction, {
        actor: ownerId,
        action: 'verification.confirmed',
        object: verificationId,
        requestId,
        data
      })
      return toReply({ ...verification, state: 'verified' })
    },
    {
      before: async ({ params, body, address }) => {
        await byAddress.take(address)
        if (!(await findVerification(db, params.id, 'registration'))) throw new Refusal('not_found')
        const answer = await tryCode(db, vault, params.id, body.code)
        if (answer.kind === 'wrong') throw new Refusal('verification_failed', { attempts_left: answer.attemptsLeft })
        if (answer.kind === 'over') throw new Refusal('verification_over')
      }
    }
  )

const resendCode = ({ db, policy, vault, byAddress, byContact, sendCode }: Ground): Route =>
  route.post(
    '/verifications/{id}/resend',
    {
      summary: 'Send a new code in place of the one before',
      params,
      reply: VerificationReply,
      status: 201,
      callers: 'public',
      idempotency: 'stored',
      errors: ['verification_over', 'too_many_requests']
    },
    async ({ params: { id: verificationId }, transaction, afterCommit }) => {
      const replaced = await findVerification(transaction, verificationId, 'registration')
      if (!replaced || !(await endVerification(transaction, verificationId, 'replaced')))
        throw new Refusal('verification_over')
      const verification = await insertVerification(transaction, vault, policy.registration, replaced)
      afterCommit(() => sendCode(verification))
      return toReply(verification)
    },
    {
      before: async ({ params, address }) => {
        await byAddress.take(address)
        const verification = await findVerification(db, params.id, 'registration')
        if (!verification) throw new Refusal('not_found')
        const { customerId: ownerId, channel: kind } = verification
        const contact = await findPersonalValue(db, vault, { ownerId, kind })
        if (contact === undefined) throw new Refusal('verification_over')
        await byContact.take(loginIndex(vault, contact))
      }
    }
  )

const toReply = (verification: Verification): z.input<typeof VerificationReply> => ({
  id: verification.id,
  object: 'verification',
  customer_id: verification.customerId,
  channel: verification.channel,
  state: verification.state,
  attempts_left: verification.attemptsLeft,
  expires_at: instant(verification.expiresAt)
})
