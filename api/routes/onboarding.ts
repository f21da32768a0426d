import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { idOf, isId, type CustomerId, type MerchantId } from '../../domain/ids.ts'
import { kybItems, kycItems, type OnboardingItem } from '../../domain/onboarding.ts'
import { businessPolicy, onboardingPolicy } from '../../domain/policy/index.ts'
import { findCustomer } from '../../store/customers.ts'
import { putKycData } from '../../store/kyc-profile.ts'
import { findMerchant } from '../../store/merchant.ts'
import {
  findOnboarding,
  findOpenOnboarding,
  listOnboardings,
  lockOnboarding,
  toOnboardingView,
  type Onboarding
} from '../../store/onboarding.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { auditOf } from '../audit-of.ts'
import { CustomerListQuery, listedCustomer, pageOfFew } from '../customer-list.ts'
import type { Owner } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf } from '../list.ts'
import { AskRequest, KycRequest, OnboardingReply, OnboardingRequest, ReviewRequest } from '../onboarding-schemas.ts'
import { notYet } from '../payment-schemas.ts'
import { answer, route, type Answer, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('onb') })
const decision = { params, reply: OnboardingReply, status: 200, otherReplies: notYet, idempotency: 'process' } as const
const OnboardingQuery = CustomerListQuery.extend({
  merchant_id: id('mer').optional().meta({ description: 'Of a merchant’s instead; a merchant need not say it' })
})
const readers = {
  callers: { customer: 'own', merchant: 'own', service: 'any', support: 'any', reviewer: 'any' },
  scope: 'onboardings:read'
} as const
const errors = ['state_conflict', 'idempotency_key_reused', 'service_unavailable'] as const

/** Who a customer is: applications for a tier, what they lack, and what reviewers decide. */
export function onboardingRoutes(deps: ApiDeps): Route[] {
  const submit = createSubmit(deps)
  const reviews = (['approve', 'reject'] as const).map((verdict) => review(deps, submit, verdict))
  return [
    apply(deps, submit),
    list(deps),
    read(deps, submit),
    give(deps, submit),
    withdraw(deps, submit),
    ask(deps, submit),
    ...reviews
  ]
}

const apply = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/onboardings',
    {
      summary: 'Apply for a tier, or as a business to be paid',
      description:
        'Answers `collecting` with what is missing. One application a customer or merchant is open at a time.',
      body: OnboardingRequest,
      reply: OnboardingReply,
      status: 201,
      otherReplies: notYet,
      callers: { customer: 'own', service: 'any' },
      scope: 'onboardings:write',
      idempotency: 'process',
      errors
    },
    async (call) => {
      const own = call.ownOnly()
      const { target_tier: targetTier, merchant_id: merchantId, customer_id: named } = call.body
      const wanted = { type: 'onboarding', id: call.newId('onb') }
      if (merchantId !== undefined) {
        if (own.customerId !== undefined) throw new Refusal('not_found', { pointer: '/merchant_id' })
        return submit.startAllowed(call, wanted, async () => {
          await mustBeFree(deps, merchantId, (await findMerchant(deps.db, merchantId))?.state, ['pending'])
          return {
            order: { merchant_id: merchantId },
            policy: businessPolicy(deps.policy),
            summary: `application of ${merchantId}`,
            searchAttributes: []
          }
        })
      }
      const customerId = listedCustomer(own, named, '/customer_id')
      return submit.startAllowed(call, wanted, async () => {
        const customer = await findCustomer(deps.db, customerId)
        await mustBeFree(deps, customerId, customer?.state, ['registered', 'active', 'suspended'])
        return {
          order: { customer_id: customerId, target_tier: targetTier },
          policy: onboardingPolicy(deps.policy),
          summary: `application for tier ${targetTier}`,
          searchAttributes: [{ key: searchAttributes.customerRef, value: customerId }]
        }
      })
    }
  )

/** @throws {Refusal} `not_found`; `state_conflict` in a state without applications, or while another one is open. */
async function mustBeFree(
  { db }: ApiDeps,
  of: CustomerId | MerchantId,
  state: string | undefined,
  states: readonly string[]
): Promise<void> {
  const pointer = isId('mer', of) ? '/merchant_id' : '/customer_id'
  if (state === undefined) throw new Refusal('not_found', { pointer })
  const isOpen = (await findOpenOnboarding(db, of)) !== undefined
  if (isOpen || !states.includes(state)) throw new Refusal('state_conflict', { state })
}

const list = ({ db, policy }: ApiDeps): Route =>
  route.get(
    '/onboardings',
    {
      summary: 'List a customer’s or merchant’s applications, newest first',
      description: 'Without the timeline. What waits for a reviewer: `GET /v1/tasks?state=open`.',
      query: OnboardingQuery,
      reply: listOf(OnboardingReply),
      ...readers
    },
    async ({ query, ownOnly }) => {
      const page = pageOfFew(await listOnboardings(db, listedOwner(ownOnly(), query)), query)
      const view = (onboarding: Onboarding) =>
        toOnboardingView(onboarding, policy.kyc.collect_ms) as z.input<typeof OnboardingReply>
      return { ...page, data: page.data.map(view) }
    }
  )

/** @throws {Refusal} `not_found` for somebody else's, `invalid_request` when nobody is named. */
function listedOwner(
  own: { readonly customerId?: string; readonly merchantId?: string },
  { customer_id: customerId, merchant_id: merchantId }: z.output<typeof OnboardingQuery>
): CustomerId | MerchantId {
  const mine = own.merchantId
  if (mine === undefined && merchantId === undefined) return listedCustomer(own, customerId)
  const foreign =
    own.customerId !== undefined || (mine !== undefined && merchantId !== undefined && mine !== merchantId)
  if (foreign || customerId !== undefined) throw new Refusal('not_found')
  return idOf('mer', (mine ?? merchantId)!)
}

const read = ({ db }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/onboardings/{id}',
    {
      summary: 'Read an application',
      description: 'Reviewers also see what was found, what followed from it, and what was said.',
      params,
      reply: OnboardingReply,
      ...readers
    },
    async (call) => {
      const onboarding = await findOnboarding(db, call.params.id)
      call.mustOwn(onboarding ?? {})
      const shown = await submit.read(call, call.params.id)
      return onboarding && call.caller.kind === 'operator' && call.caller.role === 'reviewer'
        ? withFindings(shown, onboarding)
        : shown
    }
  )

const give = ({ db, vault }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/onboardings/{id}/submit',
    {
      ...decision,
      summary: 'Give what is missing',
      description: 'Once nothing is missing any more, it is verified at once.',
      body: KycRequest,
      callers: { customer: 'own', service: 'any' },
      scope: 'onboardings:write',
      errors
    },
    async (call) => {
      const onboarding = await owned(db, call)
      const { customerId } = onboarding
      if (customerId === null) throw new Refusal('state_conflict', { reason: 'of_a_business' })
      const items = itemsIn(call.body)
      return submit.decide(call, {
        type: 'onboarding',
        processId: onboarding.id,
        action: 'submit',
        data: { items },
        role: call.caller.kind,
        alongside: async (transaction) => {
          const state = await lockOnboarding(transaction, onboarding.id)
          if (state !== 'collecting') throw new Refusal('state_conflict', { state })
          await putKycData(transaction, vault, customerId, call.body)
          await auditOf(call, { action: 'onboarding.submit', object: onboarding.id, data: { items } })(transaction)
        }
      })
    }
  )

const withdraw = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/onboardings/{id}/withdraw',
    {
      ...decision,
      summary: 'Take the application back',
      callers: { customer: 'own', service: 'any' },
      scope: 'onboardings:write',
      errors
    },
    async (call) => {
      const { id: processId } = await owned(db, call)
      const about = { type: 'onboarding', processId, role: call.caller.kind, data: {} }
      return submit.decide(call, { ...about, action: 'withdraw' })
    }
  )

const review = ({ db }: ApiDeps, submit: Submit, verdict: 'approve' | 'reject'): Route =>
  route.post(
    `/onboardings/{id}/${verdict}`,
    {
      ...decision,
      summary: verdict === 'approve' ? 'Clear an application as its reviewer' : 'Refuse an application as its reviewer',
      description: 'Where two reviewers have to agree, the first one’s word leaves it `in_review`.',
      body: ReviewRequest,
      callers: { reviewer: 'any' },
      scope: 'onboardings:review',
      errors: [...errors, 'four_eyes_required']
    },
    async (call) => {
      const { id: processId } = await owned(db, call)
      const about = { type: 'onboarding', processId, role: call.caller.role, data: { reason: call.body.reason } }
      const alongside = auditOf(call, { action: `onboarding.${verdict}`, object: processId })
      return submit.decide(call, { ...about, action: verdict, alongside })
    }
  )

const ask = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/onboardings/{id}/ask',
    {
      ...decision,
      summary: 'Ask the customer or business for more, as the reviewer',
      body: AskRequest,
      callers: { reviewer: 'any' },
      scope: 'onboardings:review',
      errors
    },
    async (call) => {
      const { id: processId, customerId } = await owned(db, call)
      mustFit(call.body.items, customerId === null ? kybItems : kycItems)
      const about = { type: 'onboarding', processId, role: call.caller.role, data: { ...call.body } }
      const alongside = auditOf(call, { action: 'onboarding.ask', object: processId })
      return submit.decide(call, { ...about, action: 'ask', alongside })
    }
  )

function mustFit(items: readonly OnboardingItem[], possible: readonly OnboardingItem[]): void {
  const unfit = items.findIndex((item) => !possible.includes(item))
  if (unfit === -1) return
  const message = `must be one of ${possible.join(', ')}`
  throw new Refusal('invalid_request', { errors: [{ pointer: `/items/${unfit}`, message }] })
}

/** @throws {Refusal} `not_found` for what is not there, or someone else's. */
export async function owned(
  db: ApiDeps['db'],
  call: { params: { id: string }; mustOwn: (owner: Owner) => void }
): Promise<Onboarding> {
  const onboarding = await findOnboarding(db, call.params.id)
  call.mustOwn(onboarding ?? {})
  if (!onboarding) throw new Refusal('not_found')
  return onboarding
}

const itemNames = { selfie_sha256: 'selfie', proof_of_address_sha256: 'proof_of_address' } as const

const itemsIn = (given: z.output<typeof KycRequest>): string[] =>
  Object.entries(given).flatMap(([field, value]) =>
    value === undefined ? [] : [field in itemNames ? itemNames[field as keyof typeof itemNames] : field]
  )

const withFindings = (shown: Answer<unknown>, { findings, verdict, reviews }: Onboarding): Answer<unknown> =>
  answer(shown.status, {
    ...(shown.body as object),
    ...(findings && { findings }),
    ...(verdict && { verdict }),
    reviews
  })
