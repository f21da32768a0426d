import { inTransaction } from '../../db/in-transaction.ts'
import { insertWebhookEndpoint } from '../../store/webhook-endpoint.ts'
import { newId } from './api-under-test.ts'
import type { Row, World } from './matrix-world.ts'

/** The merchant's: somebody else's for every other one, and for services. */
async function endpointOfMerchant({ api: { deps }, merchantId }: World): Promise<string> {
  const id = newId('whe')
  const url = 'https://93.184.215.14/coffer'
  const endpoint = { id, principal: merchantId, merchantId, url, types: ['*'], description: null, ordered: false }
  await inTransaction(deps.db, (transaction) => insertWebhookEndpoint(transaction, deps.vault, endpoint))
  return id
}

const on =
  (more = '') =>
  async (world: World) =>
    `/webhook-endpoints/${await endpointOfMerchant(world)}${more}`
const theirs = (status: number) => ({ 'merchant own': status, 'merchant other': 404, service: 404, admin: status })
const everybody = (status: number) => ({
  'merchant own': status,
  'merchant other': status,
  service: status,
  admin: status
})

/** Endpoints for webhooks: a merchant's here, which services do not see. */
export const webhookRows: Readonly<Record<string, Row>> = {
  'post /webhook-endpoints': {
    path: '/webhook-endpoints',
    // Nobody else needs one: refused by its URL, after it is known who asks.
    body: { url: 'https://10.0.0.1/', types: ['*'] },
    allowed: everybody(400)
  },
  'get /webhook-endpoints': { path: '/webhook-endpoints', allowed: everybody(200) },
  'get /webhook-endpoints/{id}': { path: on(), allowed: theirs(200) },
  'patch /webhook-endpoints/{id}': { path: on(), body: { ordered: true }, allowed: theirs(200) },
  'delete /webhook-endpoints/{id}': { path: on(), allowed: theirs(204) },
  'post /webhook-endpoints/{id}/rotate-secret': { path: on('/rotate-secret'), body: {}, allowed: theirs(200) },
  'post /webhook-endpoints/{id}/enable': { path: on('/enable'), allowed: theirs(200) },
  'post /webhook-endpoints/{id}/disable': { path: on('/disable'), allowed: theirs(200) },
  'post /webhook-endpoints/{id}/test': { path: on('/test'), allowed: theirs(201) },
  'post /webhook-endpoints/{id}/resend': {
    path: on('/resend'),
    body: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    allowed: theirs(200)
  },
  'get /webhook-endpoints/{id}/deliveries': { path: on('/deliveries'), allowed: theirs(200) },
  'get /webhook-endpoints/{id}/deliveries/{event_id}': {
    path: async (world) => `${await on()(world)}/deliveries/${newId('evt')}`,
    allowed: { 'merchant own': 404, 'merchant other': 404, service: 404, admin: 404 }
  }
}
