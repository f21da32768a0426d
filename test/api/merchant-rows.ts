import { insertApiKey } from '../../store/api-keys.ts'
import { businessOf, noBusiness } from '../support/businesses.ts'
import { newId } from './api-under-test.ts'
import type { Row, World } from './matrix-world.ts'
import { newMerchant } from './parties.ts'

const keyId = async ({ api, merchantId }: World) => {
  const holder = { role: 'merchant', merchantId } as const
  return (await insertApiKey(api.deps.db, { id: newId('key'), holder, scopes: ['*'], createdBy: 'matrix' })).id
}

/** One that may be suspended, and one that may be reinstated; the world's own goes on as it is. */
const suspendable = ({ api }: World) => newMerchant(api)
const suspended = async ({ api }: World) => {
  const id = await newMerchant(api)
  await api.deps.db.updateTable('merchant').set({ state: 'suspended' }).where('id', '=', id).execute()
  return id
}

const operators = { support: 200, reviewer: 200, finance: 200, admin: 200 }

/** Who may register businesses, see them, and decide about them. */
export const merchantRows: Readonly<Record<string, Row>> = {
  'post /merchants': { path: '/merchants', body: () => businessOf(noBusiness()), allowed: { service: 201 } },
  'get /merchants': { path: '/merchants', allowed: { service: 200, ...operators } },
  'get /merchants/{id}': {
    path: ({ merchantId }) => `/merchants/${merchantId}`,
    allowed: {
      'customer own': 200,
      'customer other': 200,
      'merchant own': 200,
      'merchant other': 404,
      service: 200,
      ...operators
    }
  },
  'post /merchants/{id}/suspend': {
    path: async (world) => `/merchants/${await suspendable(world)}/suspend`,
    body: { reason: 'seen' },
    allowed: { reviewer: 200, finance: 200 }
  },
  'post /merchants/{id}/reinstate': {
    path: async (world) => `/merchants/${await suspended(world)}/reinstate`,
    body: { reason: 'seen' },
    allowed: { reviewer: 200, finance: 200 }
  },
  'post /merchants/{id}/api-keys': {
    path: ({ merchantId }) => `/merchants/${merchantId}/api-keys`,
    body: {},
    allowed: { service: 201, admin: 201 }
  },
  'get /merchants/{id}/api-keys': {
    path: ({ merchantId }) => `/merchants/${merchantId}/api-keys`,
    allowed: { 'merchant own': 200, 'merchant other': 404, service: 200, admin: 200 }
  },
  'post /merchants/{id}/api-keys/{key_id}/revoke': {
    path: async (world) => `/merchants/${world.merchantId}/api-keys/${await keyId(world)}/revoke`,
    allowed: { service: 200, admin: 200 }
  },
  // What decides about an application needs the engine behind it: here nobody has the thing.
  'post /onboardings/{id}/submit-business': {
    path: () => `/onboardings/${newId('onb')}/submit-business`,
    body: { terms_version: '2026-11' },
    allowed: { service: 404 }
  }
}
