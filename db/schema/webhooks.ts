import type { Generated } from 'kysely'

/** Who is told of events over HTTP, and what became of it (migration 0036_webhook.sql). */
export interface WebhookTables {
  webhook_endpoint: {
    id: string
    principal: string
    merchant_id: string | null
    url: string
    types: string[]
    description: string | null
    ordered: boolean
    state: Generated<string>
    disabled_reason: Generated<string | null>
    secret: Buffer
    old_secret: Generated<Buffer | null>
    old_secret_until: Generated<Date | null>
    cursor_xid: Generated<string>
    cursor_seq: Generated<bigint>
    since_xid: Generated<string>
    since_seq: Generated<bigint>
    failing_since: Generated<Date | null>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  webhook_delivery: {
    endpoint_id: string
    event_id: string
    type: string
    object_id: string
    xid: string | null
    seq: bigint | null
    state: Generated<string>
    attempts: Generated<number>
    created_at: Generated<Date>
    first_attempt_at: Generated<Date | null>
    next_attempt_at: Generated<Date | null>
    ended_at: Generated<Date | null>
  }
  webhook_attempt: {
    endpoint_id: string
    event_id: string
    nr: Generated<bigint>
    at: Date
    duration_ms: number
    status: number | null
    error: string | null
    answer: string | null
  }
}
