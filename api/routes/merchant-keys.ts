import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { expireApiKey, findApiKey, insertApiKey, listMerchantApiKeys, type ApiKey } from '../../store/api-keys.ts'
import { appendAudit } from '../../store/audit.ts'
import { lockMerchant } from '../../store/merchant.ts'
import { KeyReply, NewKeyReply, scopes, toKeyReply, toNewKeyReply } from '../api-key-schemas.ts'
import { pageOfFew } from '../customer-list.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'

const MerchantKeyRequest = z.strictObject({ scopes }).meta({ id: 'MerchantKeyRequest' })
const shared = { callers: { service: 'any', admin: 'any' }, scope: 'merchant-keys:write' } as const

/** The keys with which a merchant itself calls: captures, voids, QR codes, payment requests, its own payments. */
export const merchantKeyRoutes = (deps: ApiDeps): Route[] => [makeKey, revokeKey, listKeys(deps)]

const makeKey: Route = route.post(
  '/merchants/{id}/api-keys',
  {
    summary: 'Make a key for a merchant',
    description: 'Once it is `active`. The key is told only here.',
    params: z.strictObject({ id: id('mer') }),
    body: MerchantKeyRequest,
    reply: NewKeyReply,
    status: 201,
    idempotency: 'stored',
    errors: ['state_conflict'],
    ...shared
  },
  async ({ params, body, newId, transaction, principal, requestId }) => {
    const merchant = await lockMerchant(transaction, params.id)
    if (!merchant) throw new Refusal('not_found')
    if (merchant.state !== 'active') throw new Refusal('state_conflict', { state: merchant.state })
    const holder = { role: 'merchant', merchantId: merchant.id } as const
    const key = { id: newId('key'), holder, scopes: body.scopes, createdBy: principal }
    const made = await insertApiKey(transaction, key)
    const data = { role: 'merchant', holder: merchant.id, scopes: [...key.scopes] }
    await appendAudit(transaction, { actor: principal, action: 'api_key.made', object: key.id, requestId, data })
    return toNewKeyReply(made)
  }
)

const revokeKey: Route = route.post(
  '/merchants/{id}/api-keys/{key_id}/revoke',
  {
    summary: 'End a merchant’s key at once',
    params: z.strictObject({ id: id('mer'), key_id: id('key') }),
    reply: KeyReply,
    status: 200,
    idempotency: 'stored',
    ...shared
  },
  async ({ params, transaction, principal, requestId }) => {
    const key = await findApiKey(transaction, params.key_id)
    if (!key || !isOf(key, params.id)) throw new Refusal('not_found')
    const ended = await expireApiKey(transaction, key.id)
    const entry = { actor: principal, action: 'api_key.revoked', object: key.id, requestId }
    if (ended) await appendAudit(transaction, entry)
    return toKeyReply((await findApiKey(transaction, key.id))!)
  }
)

const listKeys = ({ db }: ApiDeps): Route =>
  route.get(
    '/merchants/{id}/api-keys',
    {
      summary: 'List a merchant’s keys, newest first',
      params: z.strictObject({ id: id('mer') }),
      query: ListQuery,
      reply: listOf(KeyReply),
      callers: { service: 'any', admin: 'any', merchant: 'own' },
      scope: 'merchant-keys:read'
    },
    async ({ params, query, mustOwn }) => {
      mustOwn({ merchantId: params.id })
      const page = pageOfFew(await listMerchantApiKeys(db, params.id), query)
      return { ...page, data: page.data.map(toKeyReply) }
    }
  )

const isOf = ({ holder }: ApiKey, merchantId: string): boolean =>
  'merchantId' in holder && holder.merchantId === merchantId
