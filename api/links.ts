import { sameDigits } from '../domain/ids.ts'
import { describeLink } from '../temporal/ui-link.ts'
import { workflowIdOf } from '../workflows/messages.ts'
import type { ApiDeps } from './deps.ts'

type LinkConfig = Pick<ApiDeps['config'], 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>

/** Where a process and what it makes have different names. */
const things: Readonly<Record<string, string>> = {
  'bank-link': 'bank-account',
  'card-link': 'card',
  'webhook-delivery': 'webhook-endpoint'
}
const thingOf = (kind: string): string => things[kind] ?? kind

/** `top-up` → `top_up`: what a thing is called inside JSON. */
export const objectOf = (kind: string): string => thingOf(kind).replaceAll('-', '_')

/** Where a thing is read: `/v1/top-ups/top_…`. */
export const locationOf = (kind: string, id: string): string => `/v1/${thingOf(kind)}s/${id}`

/** The Temporal run of a process, for operators. */
export function runOf({ TEMPORAL_UI_URL, TEMPORAL_NAMESPACE }: LinkConfig, kind: string, id: string) {
  const workflowId = workflowIdOf(kind, id)
  return { workflow_id: workflowId, url: describeLink(TEMPORAL_UI_URL, TEMPORAL_NAMESPACE, workflowId) }
}

/** Both, of a process. A recovery of micro-deposits is read with the bank account that they went to. */
export const linksOf = (config: LinkConfig, kind: string, id: string) => ({
  record: kind === 'deposit-recovery' ? locationOf('bank-link', sameDigits('ban', id)) : locationOf(kind, id),
  run: runOf(config, kind, id)
})
