import { taskEvents } from './work.ts'

export const webhookEvents = {
  'webhook_endpoint.enabled': 'It is told of events.',
  'webhook_endpoint.disabled': 'It is told nothing more; `disabled_reason` says why where nobody has decided it.',
  'webhook_endpoint.deleted': 'It is no more.',
  ...taskEvents('webhook_endpoint')
} as const
