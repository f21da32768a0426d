import type { IncomingHttpHeaders } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { Refusal } from '../domain/errors.ts'

/**
 * Checks a provider's signature (Standard Webhooks: HMAC over id, time and body; five minutes to either side).
 * @returns the callback's id, under which a second delivery is known again.
 * @throws {Refusal} `unauthenticated` for a signature that is missing, wrong or stale.
 */
export function verifyCallback(secret: string, headers: IncomingHttpHeaders, body: string): string {
  const named = (name: string) => (typeof headers[name] === 'string' ? headers[name] : '')
  const id = named('webhook-id')
  const timestamp = named('webhook-timestamp')
  // The library reads "17xyz" as 17; only the number that was signed counts.
  if (!/^[\x21-\x7e]{1,255}$/.test(id) || !/^[0-9]{1,12}$/.test(timestamp)) throw new Refusal('unauthenticated')
  try {
    const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': named('webhook-signature') }
    new Webhook(secret).verify(body, signed, { jsonParse: false })
  } catch {
    throw new Refusal('unauthenticated')
  }
  return id
}
