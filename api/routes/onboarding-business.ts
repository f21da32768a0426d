import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { isIban } from '../../domain/iban-check.ts'
import { bankOfIban } from '../../domain/iban.ts'
import { normalise } from '../../domain/personal.ts'
import { putKybData, type KybData } from '../../store/kyb-profile.ts'
import { findMerchant } from '../../store/merchant.ts'
import { lockOnboarding } from '../../store/onboarding.ts'
import { auditOf } from '../audit-of.ts'
import type { ApiDeps } from '../deps.ts'
import { KybRequest } from '../kyb-schemas.ts'
import { OnboardingReply } from '../onboarding-schemas.ts'
import { notYet } from '../payment-schemas.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit } from '../submit.ts'
import { owned } from './onboarding.ts'

/** What a business gives for its application; everything else of it is as of customers'. */
export const businessOnboardingRoutes = (deps: ApiDeps): Route[] => [give(deps)]

const give = (deps: ApiDeps): Route => {
  const { db, vault, policy } = deps
  const submit = createSubmit(deps)
  return route.post(
    '/onboardings/{id}/submit-business',
    {
      summary: 'Give what is missing of a business',
      description: 'Once nothing is missing any more, it is verified at once.',
      params: z.strictObject({ id: id('onb') }),
      body: KybRequest,
      reply: OnboardingReply,
      status: 200,
      otherReplies: notYet,
      callers: { service: 'any' },
      scope: 'onboardings:write',
      idempotency: 'process',
      errors: ['iban_invalid', 'bank_not_supported', 'state_conflict', 'idempotency_key_reused', 'service_unavailable']
    },
    async (call) => {
      const { id: processId, merchantId } = await owned(db, call)
      if (merchantId === null) throw new Refusal('state_conflict', { reason: 'of_a_customer' })
      const data = checked(call.body, policy.registration.terms_version)
      const { country } = (await findMerchant(db, merchantId))!
      const { terms_version, ...sealed } = data
      const items = [...Object.keys(sealed), ...(terms_version === undefined ? [] : ['terms'])]
      return submit.decide(call, {
        type: 'onboarding',
        processId,
        action: 'submit',
        data: { items },
        role: call.caller.kind,
        alongside: async (transaction) => {
          const state = await lockOnboarding(transaction, processId)
          if (state !== 'collecting') throw new Refusal('state_conflict', { state })
          await putKybData(transaction, vault, { merchantId, country, requestId: call.requestId }, data)
          await auditOf(call, { action: 'onboarding.submit', object: processId, data: { items } })(transaction)
        }
      })
    }
  )
}

/** @throws {Refusal} for an account that is none, or of a bank that we do not reach, and for terms that are not in force. */
function checked({ settlement_account, ...given }: z.output<typeof KybRequest>, terms: string): KybData {
  if (given.terms_version !== undefined && given.terms_version !== terms) {
    const message = `the terms in force are ${terms}: show those`
    throw new Refusal('invalid_request', { errors: [{ pointer: '/terms_version', message }] })
  }
  if (!settlement_account) return given
  const iban = normalise('iban', settlement_account.iban)
  if (!isIban(iban)) throw new Refusal('iban_invalid')
  if (bankOfIban(iban) === undefined) throw new Refusal('bank_not_supported')
  return { ...given, settlement_account: { iban } }
}
