import { Refusal } from '../domain/errors.ts'
import type { WebhookEndpoint } from '../store/webhook-endpoint.ts'
import type { Caller, Owner } from './caller.ts'

interface Asking {
  readonly caller: Caller
  readonly principal: string
  readonly mustOwn: (owner: Owner) => void
}

/**
 * The endpoint, if it is theirs: a merchant's own, a service's own; an admin's are all.
 * @throws {Refusal} `not_found`, whether it is somebody else's or nobody's
 */
export function ownEndpoint(
  { caller, principal, mustOwn }: Asking,
  endpoint: WebhookEndpoint | undefined
): WebhookEndpoint {
  mustOwn({ merchantId: endpoint?.merchantId ?? null })
  if (!endpoint || (caller.kind === 'service' && endpoint.principal !== principal)) throw new Refusal('not_found')
  return endpoint
}

/** The same, for those who want to do something with it. @throws {Refusal} `state_conflict` for a deleted one */
export function usableEndpoint(asking: Asking, found: WebhookEndpoint | undefined): WebhookEndpoint {
  const endpoint = ownEndpoint(asking, found)
  if (endpoint.state === 'deleted') throw new Refusal('state_conflict', { state: 'deleted' })
  return endpoint
}
