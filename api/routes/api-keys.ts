import type { Transaction } from 'kysely'
import { z } from 'zod'
import type { Database } from '../../db/schema.ts'
import { Refusal } from '../../domain/errors.ts'
import type { OperatorId } from '../../domain/ids.ts'
import { expireApiKey, findApiKey, insertApiKey, listApiKeys, type KeyHolder } from '../../store/api-keys.ts'
import { appendAudit } from '../../store/audit.ts'
import { findOperator, insertOperator } from '../../store/operators.ts'
import { KeyReply, NewKeyReply, operatorRole, scopes, toKeyReply, toNewKeyReply } from '../api-key-schemas.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const Label = z.string().regex(/^[a-z][a-z0-9_-]{1,39}$/, 'must be 2–40 lower-case letters, digits, _ or -')
const KeyRequest = z
  .union([
    z.strictObject({ role: z.literal('service'), name: Label.meta({ description: 'The team or program' }), scopes }),
    z.strictObject({ role: z.literal('merchant'), merchant_id: id('mer'), scopes }),
    z.strictObject({ role: operatorRole, operator_id: id('opr').meta({ description: 'A known operator' }), scopes }),
    z.strictObject({ role: operatorRole, name: Label.meta({ description: 'A new operator' }), scopes })
  ])
  .meta({ id: 'ApiKeyRequest' })

const params = z.strictObject({ id: id('key') })
const Rotation = z.strictObject({
  overlap_ms: z.int().min(0).max(604_800_000).default(0).meta({ description: 'How long the old key goes on working' })
})
const admin = { callers: { admin: 'any' }, scope: 'api-keys:write' } as const

/** The keys of backend teams, merchants and operators. Each operator key belongs to a named operator. */
export const apiKeyRoutes = (deps: ApiDeps): Route[] => [makeKey, rotateKey, revokeKey, listKeys(deps), readKey(deps)]

const makeKey: Route = route.post(
  '/api-keys',
  {
    summary: 'Make a key',
    body: KeyRequest,
    reply: NewKeyReply,
    status: 201,
    idempotency: 'stored',
    errors: ['state_conflict'],
    ...admin
  },
  async ({ body, newId, transaction, principal, requestId }) => {
    const holder = await holderOf(transaction, body, newId('opr'))
    const key = { id: newId('key'), holder, scopes: body.scopes, createdBy: principal }
    const made = await insertApiKey(transaction, key)
    const data = { role: holder.role, holder: holderId(holder), scopes: [...key.scopes] }
    await appendAudit(transaction, { actor: principal, action: 'api_key.made', object: key.id, requestId, data })
    return toNewKeyReply(made)
  }
)

const rotateKey: Route = route.post(
  '/api-keys/{id}/rotate',
  {
    summary: 'Make a new key for the same holder and end this one',
    params,
    body: Rotation,
    reply: NewKeyReply,
    status: 201,
    idempotency: 'stored',
    errors: ['state_conflict'],
    ...admin
  },
  async ({ params, body, newId, transaction, principal, requestId }) => {
    const old = await findApiKey(transaction, params.id)
    if (!old) throw new Refusal('not_found')
    if (!(await expireApiKey(transaction, old.id, body.overlap_ms)))
      throw new Refusal('state_conflict', { state: 'expired' })
    const made = await insertApiKey(transaction, { ...old, id: newId('key'), createdBy: principal })
    const data = { replaced_by: made.id, overlap_ms: body.overlap_ms }
    await appendAudit(transaction, { actor: principal, action: 'api_key.rotated', object: old.id, requestId, data })
    return toNewKeyReply(made)
  }
)

const revokeKey: Route = route.post(
  '/api-keys/{id}/revoke',
  { summary: 'End a key at once', params, reply: KeyReply, status: 200, idempotency: 'stored', ...admin },
  async ({ params, transaction, principal, requestId }) => {
    if (!(await findApiKey(transaction, params.id))) throw new Refusal('not_found')
    const ended = await expireApiKey(transaction, params.id)
    const entry = { actor: principal, action: 'api_key.revoked', object: params.id, requestId }
    if (ended) await appendAudit(transaction, entry)
    return toKeyReply((await findApiKey(transaction, params.id))!)
  }
)

const listKeys = ({ db }: ApiDeps): Route =>
  route.get(
    '/api-keys',
    {
      summary: 'List the keys, newest first',
      query: ListQuery,
      reply: listOf(KeyReply),
      callers: { admin: 'any' },
      scope: 'api-keys:read'
    },
    async ({ query: { limit, cursor } }) => {
      const place = readCursor(z.tuple([z.iso.datetime(), z.string()]), cursor)
      const before = place && { createdAt: place[0], id: place[1] }
      const keys = await listApiKeys(db, { limit: limit + 1, before })
      return toPage(keys, limit, (key) => [instant(key.createdAt), key.id], toKeyReply)
    }
  )

const readKey = ({ db }: ApiDeps): Route =>
  route.get(
    '/api-keys/{id}',
    { summary: 'Read a key', params, reply: KeyReply, callers: { admin: 'any' }, scope: 'api-keys:read' },
    async ({ params }) => {
      const key = await findApiKey(db, params.id)
      if (!key) throw new Refusal('not_found')
      return toKeyReply(key)
    }
  )

async function holderOf(
  transaction: Transaction<Database>,
  body: z.output<typeof KeyRequest>,
  newOperatorId: OperatorId
): Promise<KeyHolder> {
  if (body.role === 'service') return { role: 'service', serviceName: body.name }
  if (body.role === 'merchant') return { role: 'merchant', merchantId: body.merchant_id }
  if ('name' in body) {
    const operator = await insertOperator(transaction, { id: newOperatorId, role: body.role, name: body.name })
    return { role: operator.role, operatorId: operator.id }
  }
  const operator = await findOperator(transaction, body.operator_id)
  // One person, one role: an operator with two could check their own work.
  if (operator?.role === body.role) return { role: operator.role, operatorId: operator.id }
  const message = operator ? 'is an operator of another role' : 'is no operator'
  throw new Refusal('invalid_request', { errors: [{ pointer: '/operator_id', message }] })
}

function holderId(holder: KeyHolder): string {
  if ('serviceName' in holder) return `service:${holder.serviceName}`
  return 'merchantId' in holder ? holder.merchantId : holder.operatorId
}
