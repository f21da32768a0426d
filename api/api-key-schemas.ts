import { z } from 'zod'
import type { ApiKey, NewApiKey } from '../store/api-keys.ts'
import { id, Instant, instant } from './schemas.ts'

const Scope = z
  .string()
  .regex(/^(\*|[a-z][a-z-]{1,39}:(read|write|\*))$/, 'must be *, <thing>:read, <thing>:write or <thing>:*')
export const scopes = z.array(Scope).min(1).max(50).default(['*'])
export const operatorRole = z.enum(['support', 'reviewer', 'finance', 'admin'])

export const KeyReply = z
  .strictObject({
    id: id('key'),
    object: z.literal('api_key'),
    role: z.enum(['service', 'merchant', ...operatorRole.options]),
    name: z.string().nullable().meta({ description: 'Of a service' }),
    merchant_id: id('mer').nullable(),
    operator_id: id('opr').nullable(),
    scopes: z.array(z.string()),
    created_at: Instant,
    created_by: z.string(),
    expires_at: Instant.nullable().meta({ description: 'From then on the key is refused' })
  })
  .meta({ id: 'ApiKey' })

export const NewKeyReply = KeyReply.extend({
  secret: z.string().meta({ description: 'The key itself; it is told only here' })
}).meta({ id: 'NewApiKey' })

export const toNewKeyReply = ({ secret, ...key }: NewApiKey): z.input<typeof NewKeyReply> => ({
  ...toKeyReply(key),
  secret
})

export const toKeyReply = ({
  id,
  holder,
  scopes,
  createdAt,
  createdBy,
  expiresAt
}: ApiKey): z.input<typeof KeyReply> => ({
  id,
  object: 'api_key',
  role: holder.role,
  name: 'serviceName' in holder ? holder.serviceName : null,
  merchant_id: 'merchantId' in holder ? holder.merchantId : null,
  operator_id: 'operatorId' in holder ? holder.operatorId : null,
  scopes: [...scopes],
  created_at: instant(createdAt),
  created_by: createdBy,
  expires_at: expiresAt && instant(expiresAt)
})
