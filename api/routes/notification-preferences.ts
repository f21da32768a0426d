import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import type { CustomerId } from '../../domain/ids.ts'
import { effective, mustBeTold, type StatedPreferences } from '../../domain/notification-preferences.ts'
import { appendAudit } from '../../store/audit.ts'
import { findCustomer } from '../../store/customers.ts'
import { putPreferences, readPreferences } from '../../store/notification-preferences.ts'
import type { ApiDeps } from '../deps.ts'
import { PreferencesReply, PreferencesRequest } from '../notification-schemas.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'

const path = '/customers/{id}/notification-preferences'
const params = z.strictObject({ id: id('cus') })

/** How a customer wants to be told what. */
export const notificationPreferenceRoutes = (deps: ApiDeps): Route[] => [readMine(deps), setMine(deps)]

const readMine = ({ db }: ApiDeps): Route =>
  route.get(
    path,
    {
      summary: 'Read how a customer is told what happens',
      params,
      reply: PreferencesReply,
      callers: { customer: 'own', service: 'any', support: 'any' },
      scope: 'customers:read'
    },
    async ({ params, mustOwn }) => {
      mustOwn({ customerId: params.id })
      if (!(await findCustomer(db, params.id))) throw new Refusal('not_found')
      return toReply(params.id, await readPreferences(db, params.id))
    }
  )

const setMine = ({ db }: ApiDeps): Route =>
  route.put(
    path,
    {
      summary: 'Say how I want to be told what happens',
      description:
        'Replaces what was said before. Quiet hours hold back everything but security until their end. What is on its way ' +
        'goes its way.',
      params,
      body: PreferencesRequest,
      reply: PreferencesReply,
      callers: { customer: 'own' },
      errors: ['notification_required']
    },
    async ({ params, body, mustOwn, principal, requestId }) => {
      mustOwn({ customerId: params.id })
      const { language, quiet_hours: quietHours } = body
      const stated: StatedPreferences = { language, quietHours, channels: chosen(body.channels) }
      mustBeTold(effective(stated))
      await inTransaction(db, async (transaction) => {
        await putPreferences(transaction, params.id, stated)
        const data = { ...body }
        const entry = { actor: principal, action: 'notification_preferences.set', object: params.id, requestId, data }
        await appendAudit(transaction, entry)
      })
      return toReply(params.id, stated)
    }
  )

/** Only what was said: what was left out follows the defaults, whatever they will be. */
const chosen = (channels: z.output<typeof PreferencesRequest>['channels']): StatedPreferences['channels'] =>
  JSON.parse(JSON.stringify(channels)) as StatedPreferences['channels']

function toReply(customerId: CustomerId, stated: StatedPreferences): z.input<typeof PreferencesReply> {
  const { language, quietHours, channels } = effective(stated)
  return { object: 'notification_preferences', customer_id: customerId, language, quiet_hours: quietHours, channels }
}
