import { nextInquiryAtMs } from './inquiry-plan.ts'
import type { Policy } from './policy/index.ts'
import { defineStates } from './transitions.ts'

export type WebhookEndpointState = 'enabled' | 'disabled' | 'deleted'

/** An endpoint's life; what it is told meanwhile are rows of its log. */
export const webhookEndpointStates = defineStates<WebhookEndpointState>({
  start: ['enabled'],
  enabled: ['disabled', 'deleted'],
  disabled: ['enabled', 'deleted']
})

/** The arrows between where its record stands and what has been decided about it; none where both agree. */
export function pathTo(from: WebhookEndpointState | undefined, to: WebhookEndpointState): WebhookEndpointState[] {
  if (from === to || from === 'deleted') return []
  return from === undefined && to !== 'enabled' ? ['enabled', to] : [to]
}

/**
 * `waiting`: not tried yet, or to be sent again; `failing`: tried, and tried again by the plan; the others are over.
 */
export const deliveryStates = ['waiting', 'failing', 'delivered', 'undelivered'] as const
export type DeliveryState = (typeof deliveryStates)[number]

/** Why it was disabled by itself: it said 410 Gone, or took nothing for days. */
export const disabledReasons = ['gone', 'failing'] as const
export type DisabledReason = (typeof disabledReasons)[number]

/** Sent by a test alone; no event of the books. */
export const PING = 'webhook_endpoint.ping'

type WebhookPolicy = Policy['webhook']

/**
 * What becomes of an event that was not taken.
 * @param elapsedMs business time since its first attempt
 * @returns milliseconds after the first attempt at which it is tried again; undefined: it is undelivered
 */
export const nextAttemptAtMs = (elapsedMs: number, { retry }: Pick<WebhookPolicy, 'retry'>): number | undefined =>
  nextInquiryAtMs(elapsedMs, retry)
