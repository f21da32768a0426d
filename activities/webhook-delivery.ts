import { setTimeout as pause } from 'node:timers/promises'
import { cancellationSignal } from '@temporalio/activity'
import { toWireEvent } from '../domain/event-data.ts'
import { nextAttemptAtMs, type DisabledReason, type WebhookEndpointState } from '../domain/webhook-endpoint.ts'
import { readBusinessNow } from '../store/process.ts'
import {
  findNextAttempt,
  listDueDeliveries,
  markAttempts,
  takeEvents,
  type AttemptMade,
  type DueDelivery
} from '../store/webhook-delivery.ts'
import { readWebhookSecrets } from '../store/webhook-endpoint.ts'
import { getWebhookRecord, type WebhookRecord } from '../store/webhook-record.ts'
import { advance } from './advance.ts'
import { beating } from './beating.ts'
import type { ActivityDeps } from './deps.ts'
import { disablePart, followPart } from './webhook-units.ts'

/** The run is started with the id alone: where it stands is in the rows. */
export interface WebhookOrder {
  readonly id: string
}

/** How far a round has come; an operator reads it in the run. */
export interface WebhookRound {
  readonly state: WebhookEndpointState
  readonly delivered: number
  readonly failed: number
  /** There is more to be sent now. */
  readonly more: boolean
  /** Business time of the next attempt; null: nothing fails. */
  readonly next_at: string | null
}

type Counts = { delivered: number; failed: number }
type Deps = Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'policy' | 'webhooks' | 'crash'>

/** Sends an endpoint what it is to be told: what was read off the events first becomes rows, and what came of it too. */
export function webhookDeliveryActivities(deps: Deps) {
  const { db, ledger, policy, crash } = deps

  async function follow(order: WebhookOrder): Promise<WebhookRecord> {
    const key = (seen: WebhookRecord) => `${order.id}:${seen.endpoint.state}:${seen.version}`
    const see = () => getWebhookRecord(db, order.id)
    const part = (seen: WebhookRecord) => followPart(seen, order)
    return (await advance(ledger, { key, fingerprint: order.id }, see, part)).seen
  }

  async function disable(id: string, reason: DisabledReason): Promise<void> {
    const key = (seen: WebhookRecord) => `${id}:disabled:${seen.version}`
    const see = () => getWebhookRecord(db, id)
    const part = (seen: WebhookRecord) => disablePart(seen, reason, policy.bank.stuck_sla_ms)
    await advance(ledger, { key, fingerprint: id }, see, part)
  }

  /** @returns false: it is not enabled any more. */
  async function sendSome(endpoint: WebhookRecord['endpoint'], due: readonly DueDelivery[], counts: Counts) {
    const { id, url, merchantId } = endpoint
    const reader = merchantId === null ? 'service' : 'merchant'
    const secrets = await readWebhookSecrets(db, deps.vault, id)
    for (let from = 0; from < due.length; from += policy.webhook.at_once) {
      cancellationSignal().throwIfAborted()
      const some = due.slice(from, from + policy.webhook.at_once)
      const now = await readBusinessNow(db)
      const made = await Promise.all(some.map((one) => attempt(deps, { url, reader, secrets, now }, one)))
      crash('webhook-delivery.post/reply')
      const { state, failingSince } = await markAttempts(db, id, made)
      counts.delivered += made.filter((one) => one.state === 'delivered').length
      counts.failed += made.filter((one) => one.state !== 'delivered').length
      const reason = reasonToDisable(made, failingSince, now, policy.webhook.disable_after_ms)
      if (reason) await disable(id, reason)
      if (reason || state !== 'enabled') return false
    }
    return true
  }

  async function round(order: WebhookOrder): Promise<WebhookRound> {
    const { page, round_ms, linger_ms, look_every_ms } = policy.webhook
    const { endpoint } = await follow(order)
    const counts: Counts = { delivered: 0, failed: 0 }
    const startedAt = performance.now()
    let busyAt = startedAt
    for (;;) {
      const before = await readBusinessNow(db)
      const events = await takeEvents(db, order.id, page)
      if (!events) break
      if (events.taken > 0) crash('webhook-delivery.take/after')
      const due = await listDueDeliveries(db, order.id, DUE_PAGE)
      const over = performance.now() - startedAt > round_ms
      if (due.length > 0) {
        if (!(await sendSome(endpoint, due, counts))) break
        busyAt = performance.now()
      }
      if (over) return { state: 'enabled', ...counts, more: true, next_at: null }
      if (due.length > 0 || events.read === page) continue
      // Where something happens all the time, staying awake is cheaper than being woken for each.
      if (counts.delivered + counts.failed === 0 || performance.now() - busyAt > linger_ms) {
        const next = await findNextAttempt(db, order.id, before)
        return { state: 'enabled', ...counts, more: false, next_at: next && next.toISOString() }
      }
      await pause(look_every_ms, undefined, { signal: cancellationSignal() })
    }
    const { state } = await follow(order)
    return { state, ...counts, more: state === 'enabled', next_at: null }
  }

  return {
    /** Called again after a lost worker it finds what was noted; the rest is sent once more under the same ids. */
    deliverWebhooks: (order: WebhookOrder): Promise<WebhookRound> => beating(() => round(order))
  }
}

/** So many are read at once; the endpoint's URL and secrets with them. */
const DUE_PAGE = 100

interface Target {
  readonly url: string
  /** Whose endpoint it is: a merchant's, or a service's. */
  readonly reader: 'merchant' | 'service'
  readonly secrets: readonly string[]
  /** Business time. */
  readonly now: Date
}

async function attempt(
  { webhooks, policy }: Deps,
  { url, reader, secrets, now }: Target,
  { firstAttemptAt, ...event }: DueDelivery
): Promise<AttemptMade> {
  const { id } = event
  const body = JSON.stringify(toWireEvent(reader, event))
  const { status, error, answer, durationMs } = await webhooks.send({ url, id, body, secrets })
  const said = { event_id: id, at: now, duration_ms: durationMs, status, error, answer }
  if (error === null) return { ...said, state: 'delivered', next_attempt_at: null }
  const first = firstAttemptAt ?? now
  const nextMs = nextAttemptAtMs(now.getTime() - first.getTime(), policy.webhook)
  if (nextMs === undefined) return { ...said, state: 'undelivered', next_attempt_at: null }
  return { ...said, state: 'failing', next_attempt_at: new Date(first.getTime() + nextMs) }
}

function reasonToDisable(
  made: readonly AttemptMade[],
  failingSince: Date | null,
  now: Date,
  afterMs: number
): DisabledReason | undefined {
  if (made.some(({ status }) => status === 410)) return 'gone'
  return failingSince && now.getTime() - failingSince.getTime() >= afterMs ? 'failing' : undefined
}
