import type { Coffer } from '../support/coffer.ts'
import { answering, makeEndpoint, untilReceived } from '../support/webhooks.ts'
import type { ReplayStory } from './stories.ts'

async function pay({ service, customer, seeded }: Coffer): Promise<void> {
  const { wallet_id } = customer('customer-a')
  const order = { wallet_id, merchant_id: seeded.seed.merchant_id, amount: { amount: '1000', currency: 'USD' } }
  await service.post('/v1/payments', order)
}

/** Told at once, failing once and tried again, disabled by a 410, enabled, deleted: all that a run goes through. */
async function toldFailedAndDeleted(coffer: Coffer): Promise<string> {
  const { id, path } = await makeEndpoint(coffer, 'replayed', { types: ['payment.succeeded'] })
  await pay(coffer)
  await untilReceived(coffer, 'replayed', (all) => all.length === 1)
  await answering(coffer, 'replayed', { answers: [{ status: 500 }, { status: 410 }, { status: 204 }] })
  await pay(coffer)
  await coffer.service.until(`${path}/deliveries?state=failing`, ({ data }) => (data as object[]).length === 1)
  await coffer.advanceClock(60_000)
  await coffer.service.until(path, ({ state }) => state === 'disabled')
  await coffer.service.post(`${path}/enable`)
  await coffer.service.until(`${path}/deliveries?state=failing`, ({ data }) => (data as object[]).length === 0)
  await coffer.service.delete(path)
  return id
}

async function deletedAtOnce(coffer: Coffer): Promise<string> {
  const { id, path } = await makeEndpoint(coffer, 'never-told', { types: ['payment.succeeded'] })
  await coffer.service.delete(path)
  return id
}

export const webhookStories: readonly ReplayStory[] = [
  { name: 'webhook-delivery/told-failed-and-deleted', state: 'deleted', tell: toldFailedAndDeleted },
  { name: 'webhook-delivery/deleted-at-once', state: 'deleted', tell: deletedAtOnce }
]
