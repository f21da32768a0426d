import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import { PING } from '../../domain/webhook-endpoint.ts'
import { workflowIdOf } from '../../domain/workflow-id.ts'
import { appendAudit } from '../../store/audit.ts'
import { findWebhookEndpoint, turnWebhookEndpoint } from '../../store/webhook-endpoint.ts'
import { findWebhookDelivery, insertPing } from '../../store/webhook-log.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { toDeliveryReply, toEndpointReply, WebhookDeliveryReply, WebhookEndpointReply } from '../webhook-schemas.ts'
import { usableEndpoint } from '../webhook-owner.ts'

const params = z.strictObject({ id: id('whe') })
const writers = {
  callers: { service: 'any', merchant: 'own', admin: 'any' },
  scope: 'webhook-endpoints:write'
} as const

/** An endpoint is turned on and off, tried out, and deleted; its run follows. */
export const webhookStateRoutes = (deps: ApiDeps): Route[] => [
  turn(
    deps,
    'enable',
    'Goes on where it stopped: what happened meanwhile is sent too, and what was failing is tried at once.'
  ),
  turn(deps, 'disable', 'Nothing is sent, and nothing is lost, until it is enabled again.'),
  test(deps),
  remove(deps)
]

const turn = ({ processes }: ApiDeps, verb: 'enable' | 'disable', description: string): Route =>
  route.post(
    `/webhook-endpoints/{id}/${verb}`,
    {
      summary: `${verb === 'enable' ? 'Enable' : 'Disable'} an endpoint`,
      description,
      params,
      reply: WebhookEndpointReply,
      status: 200,
      ...writers,
      idempotency: 'stored',
      errors: ['state_conflict', 'idempotency_key_reused']
    },
    async (call) => {
      const { params, transaction, principal, requestId, afterCommit } = call
      const before = usableEndpoint(call, await findWebhookEndpoint(transaction, params.id))
      const turned = await turnWebhookEndpoint(transaction, params.id, `${verb}d`)
      if (turned)
        await appendAudit(transaction, {
          actor: principal,
          action: `webhook_endpoint.${verb}d`,
          object: params.id,
          requestId
        })
      afterCommit(() => processes.nudge(workflowIdOf('webhook-delivery', params.id)))
      return toEndpointReply(turned ?? before)
    }
  )

const test = ({ processes }: ApiDeps): Route =>
  route.post(
    '/webhook-endpoints/{id}/test',
    {
      summary: 'Send a ping',
      description: `An event of type \`${PING}\`, which happens nowhere else; its delivery is in the log like any other.`,
      params,
      reply: WebhookDeliveryReply,
      status: 201,
      ...writers,
      idempotency: 'stored',
      errors: ['state_conflict', 'idempotency_key_reused']
    },
    async (call) => {
      const { params, newId, transaction, afterCommit } = call
      const { id, state } = usableEndpoint(call, await findWebhookEndpoint(transaction, params.id))
      if (state !== 'enabled') throw new Refusal('state_conflict', { state })
      const event = newId('evt')
      await insertPing(transaction, id, event)
      afterCommit(() => processes.nudge(workflowIdOf('webhook-delivery', id)))
      return toDeliveryReply((await findWebhookDelivery(transaction, id, event))!)
    }
  )

const remove = ({ db, processes }: ApiDeps): Route =>
  route.delete(
    '/webhook-endpoints/{id}',
    {
      summary: 'Delete an endpoint',
      description: 'Nothing is sent to it any more, also what is failing; its log stays.',
      params,
      ...writers,
      errors: ['state_conflict']
    },
    async (call) => {
      const { params, principal, requestId } = call
      usableEndpoint(call, await findWebhookEndpoint(db, params.id))
      await inTransaction(db, async (transaction) => {
        if (!(await turnWebhookEndpoint(transaction, params.id, 'deleted'))) return
        const entry = { actor: principal, action: 'webhook_endpoint.deleted', object: params.id, requestId }
        await appendAudit(transaction, entry)
      })
      await processes.nudge(workflowIdOf('webhook-delivery', params.id)).catch(() => undefined)
    }
  )
