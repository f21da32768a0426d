import { Router } from 'express'
import { z } from 'zod'
import { parseBody, SandboxRefusal } from './refusal.ts'
import { useRule } from './rules.ts'
import type { World } from './world.ts'

const Notification = z.strictObject({
  /** The sender's own: the same message twice is delivered once. */
  id: z.string().min(1).max(100),
  to: z.string().min(1).max(320),
  channel: z.enum(['email', 'sms', 'push']),
  subject: z.string().max(200).optional(),
  text: z.string().min(1).max(10_000)
})

/**
 * `POST /notifications`: e-mail, SMS and push end in an inbox that `GET /admin/inbox` shows. A rule on `notify` (by the
 * message's id as reference, or by whom it is to as name) has it fail: `decline` with the code `unknown_token` is 410, with any
 * other 422; what was declined, and what got no answer, was not taken.
 */
export const notifierRoutes = (world: World): Router =>
  Router().post('/', async (request, response) => {
    const message = parseBody(Notification, request.body)
    const known = world.inbox.get(message.id)
    if (known && fingerprint(known) !== fingerprint(message))
      throw new SandboxRefusal(409, 'id_reused', 'the id stands for another message')
    const rule = useRule(world, { operation: 'notify', reference: message.id, name: message.to })
    const accept = async (): Promise<void> => {
      const received_at = new Date(world.now()).toISOString()
      if (!world.inbox.has(message.id)) world.record({ type: 'message', message, received_at })
      await world.durable()
      response.status(202).json({ status: 'accepted', id: message.id })
    }
    if (rule === undefined) return accept()
    await world.durable()
    if (rule.outcome === 'error') throw new SandboxRefusal(500, 'internal', 'the notifier failed')
    if (rule.outcome === 'decline') {
      const { code = 'refused' } = rule
      throw new SandboxRefusal(code === 'unknown_token' ? 410 : 422, code, 'the message was not taken')
    }
    if (rule.outcome === 'delay') setTimeout(() => void accept(), rule.delay_ms).unref()
    // `timeout`: no answer, until the client gives up.
  })

const fingerprint = ({
  id,
  to,
  channel,
  subject,
  text
}: Pick<z.output<typeof Notification>, 'id' | 'to' | 'channel' | 'subject' | 'text'>): string =>
  JSON.stringify([id, to, channel, subject, text])
