import type { Body, Teller } from './demo-teller.ts'

/** A backend team is told of what happens: the sandbox plays its server. */
export async function tellWebhook(teller: Teller): Promise<void> {
  const { keys, sandbox_url } = teller.credentials
  const service = teller.as(keys.service)

  teller.chapter('A backend team has a URL, and is told of every payment, signed')
  const url = `${sandbox_url}/webhook-receivers/demo`
  const made = await service.post('/v1/webhook-endpoints', { url, types: ['payment.*'] })
  const path = `/v1/webhook-endpoints/${String(made['id'])}`
  teller.tell(`Events of payments go to ${url}; the secret that signs them is shown once.`)
  const ping = await service.post(`${path}/test`)
  const delivery = await service.until(`${path}/deliveries/${String(ping['id'])}`, ({ state }) => state === 'delivered')
  const [attempt] = delivery['attempts'] as Body[]
  teller.expect(attempt?.['status'] === 204, 'the receiver has not taken the ping')
  teller.tell(`A ping was taken after ${String(attempt?.['duration_ms'])} ms; the log keeps each attempt.`)
  await service.post(`${path}/disable`)
}
