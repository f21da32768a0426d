import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { mask } from '../../domain/personal.ts'
import { appendAudit } from '../../store/audit.ts'
import { putKybData, readKybProfile, type KybProfile } from '../../store/kyb-profile.ts'
import { findMerchant, insertMerchant, listMerchants, type Merchant } from '../../store/merchant.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { MerchantReply, MerchantRequest, MerchantStates } from '../merchant-schemas.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'

type Reply = z.input<typeof MerchantReply>

const operators = { support: 'any', reviewer: 'any', finance: 'any', admin: 'any' } as const

/** Businesses that are paid. What they may do follows from their application and from operators, never from a request. */
export const merchantRoutes = (deps: ApiDeps): Route[] => [register(deps), list(deps), read(deps)]

const register = ({ vault }: ApiDeps): Route =>
  route.post(
    '/merchants',
    {
      summary: 'Register a business that wants to be paid',
      description: 'It is `pending` and cannot be paid until its application (`POST /v1/onboardings`) is approved.',
      body: MerchantRequest,
      reply: MerchantReply,
      status: 201,
      callers: { service: 'any' },
      scope: 'merchants:write',
      idempotency: 'stored'
    },
    async ({ body, newId, transaction, principal, requestId }) => {
      const { name, city, country, mcc, currency, ...profile } = body
      const merchant = { id: newId('mer'), name, city, country, mcc, currency }
      await insertMerchant(transaction, merchant, 'pending')
      const of = { merchantId: merchant.id, country, requestId }
      await putKybData(transaction, vault, of, { business_profile: profile })
      const entry = { actor: principal, action: 'merchant.registered', object: merchant.id, requestId }
      await appendAudit(transaction, { ...entry, data: { country, mcc, currency } })
      const known = await readKybProfile(transaction, vault, merchant.id)
      return { ...toReply({ ...merchant, state: 'pending' }), ...businessOf(known) }
    }
  )

const list = ({ db }: ApiDeps): Route =>
  route.get(
    '/merchants',
    {
      summary: 'List merchants, newest first',
      query: ListQuery.extend({ state: MerchantStates.optional() }),
      reply: listOf(MerchantReply),
      callers: { service: 'any', ...operators },
      scope: 'merchants:read'
    },
    async ({ query: { limit, cursor, state } }) => {
      const before = readCursor(z.tuple([z.string().max(40), id('mer')]), cursor)
      const rows = await listMerchants(db, { state }, before, limit + 1)
      return toPage(rows, limit, ({ place }) => place, toReply)
    }
  )

const read = ({ db, vault }: ApiDeps): Route =>
  route.get(
    '/merchants/{id}',
    {
      summary: 'Read a merchant',
      description: 'Its backend, reviewers and the merchant itself also see the business behind it.',
      params: z.strictObject({ id: id('mer') }),
      reply: MerchantReply,
      callers: { customer: 'any', service: 'any', merchant: 'own', ...operators },
      scope: 'merchants:read'
    },
    async ({ params, caller, principal, requestId, mustOwn }) => {
      if (caller.kind === 'merchant') mustOwn({ merchantId: params.id })
      const merchant = await findMerchant(db, params.id)
      if (!merchant) throw new Refusal('not_found')
      const reviewer = caller.kind === 'operator' && caller.role === 'reviewer'
      if (!reviewer && caller.kind !== 'service' && caller.kind !== 'merchant') return toReply(merchant)
      const known = await readKybProfile(db, vault, merchant.id)
      if (reviewer) await appendAudit(db, { actor: principal, action: 'merchant.read', object: merchant.id, requestId })
      return { ...toReply(merchant), ...businessOf(known, reviewer) }
    }
  )

export const toReply = ({ id, name, city, country, mcc, currency, state }: Merchant): Reply => ({
  id,
  object: 'merchant',
  name,
  city,
  country,
  mcc,
  currency,
  state
})

/** Nobody is shown a whole IBAN, and who the people are only who has to judge them. */
function businessOf(
  { business_profile, settlement_account, representative, beneficial_owners = [] }: KybProfile,
  withPeople = false
): Pick<Reply, 'business'> {
  if (!business_profile) return {}
  const people = [
    ...(representative ? [{ party: 'representative', person: representative }] : []),
    ...beneficial_owners.map((person, index) => ({ party: `owner_${index + 1}`, person }))
  ].map(({ party, person: { name, birth_date, country } }) => ({ party, name, birth_date, country }))
  return {
    business: {
      ...business_profile,
      address: business_profile.address as NonNullable<Reply['business']>['address'],
      settlement_account: settlement_account ? mask('iban', settlement_account.iban) : null,
      ...(withPeople && { people })
    }
  }
}
