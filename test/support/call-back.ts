import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Coffer } from './coffer.ts'

/** A bank's callback, or the acquirer's, signed with the secret that it shares with us. */
export async function callBack(
  { api, sandbox }: Coffer,
  by: 'a' | 'b' | 'acquirer',
  reference: string
): Promise<number> {
  const body = JSON.stringify({ reference })
  const [id, at] = [`msg_${randomUUID()}`, new Date()]
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(sandbox.callbackSecret).sign(id, at, body)
  }
  const { status } = await fetch(`${api.url}/v1/callbacks/${by === 'acquirer' ? by : `bank-${by}`}`, {
    method: 'POST',
    headers,
    body
  })
  return status
}
