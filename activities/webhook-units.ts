import { pathTo, webhookEndpointStates, type DisabledReason } from '../domain/webhook-endpoint.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { derivedId } from '../store/derived-id.ts'
import { toWebhookRow, toWebhookView, type WebhookRecord } from '../store/webhook-record.ts'
import { createRecordWrite } from './record-write.ts'

const write = createRecordWrite({
  kind: 'webhook-endpoint',
  process: 'webhook-delivery',
  states: webhookEndpointStates,
  owners: ({ endpoint: { merchantId } }: WebhookRecord) => (merchantId === null ? {} : { merchantId }),
  view: (record) => toWebhookView(record, record.state),
  row: toWebhookRow,
  tasks: true
})

/** The record follows what was decided about the endpoint; undefined: it does already. */
export function followPart(record: WebhookRecord, order: object): UnitPart | undefined {
  const { endpoint, version, state } = record
  const before = version === 0 ? undefined : record
  const path = pathTo(before?.state, endpoint.state)
  if (path.length === 0) return undefined
  // Its tasks are done once it is enabled again, or deleted.
  const row = { is_over: endpoint.state !== 'disabled', reason: null }
  return { records: [write(before, { ...record, state }, path, { order, row })] }
}

/** It is disabled by itself, and an operator is told; undefined: somebody has decided meanwhile. */
export function disablePart(record: WebhookRecord, reason: DisabledReason, slaMs: number): UnitPart | undefined {
  const { id, version, endpoint } = record
  if (record.state !== 'enabled' || endpoint.state !== 'enabled') return undefined
  const after: WebhookRecord = { ...record, endpoint: { ...endpoint, state: 'disabled', disabledReason: reason } }
  const data = { endpoint_id: id, reason, principal: endpoint.principal }
  const clock = { remind_ms: Math.floor(slaMs / 2), due_ms: slaMs }
  const task = { id: derivedId('tsk', `${id}|${version}`), kind: 'webhook_endpoint_disabled', data, clock } as const
  return { records: [write(record, after, ['disabled'], { task })] }
}
