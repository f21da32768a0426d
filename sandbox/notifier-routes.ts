import { Router } from 'express'
import { z } from 'zod'
import { parseBody, SandboxRefusal } from './refusal.ts'
import type { World } from './world.ts'

const Notification = z.strictObject({
  /** The sender's own: the same message twice is delivered once. */
  id: z.string().min(1).max(100),
  to: z.string().min(1).max(320),
  channel: z.enum(['email', 'sms', 'push']),
  subject: z.string().max(200).optional(),
  text: z.string().min(1).max(10_000)
})

/** `POST /notifications`: e-mail, SMS and push end in an inbox that `GET /admin/inbox` shows. */
export const notifierRoutes = (world: World): Router =>
  Router().post('/', async (request, response) => {
    const message = parseBody(Notification, request.body)
    const { seq: _seq, received_at: _at, ...known } = world.inbox.get(message.id) ?? { seq: 0, received_at: '' }
    if (!('id' in known)) {
      world.record({ type: 'message', message, received_at: new Date(world.now()).toISOString() })
    } else if (fingerprint(known) !== fingerprint(message)) {
      throw new SandboxRefusal(409, 'id_reused', 'the id stands for another message')
    }
    await world.durable()
    response.status(202).json({ status: 'accepted', id: message.id })
  })

const fingerprint = ({ id, to, channel, subject, text }: z.output<typeof Notification>): string =>
  JSON.stringify([id, to, channel, subject, text])
