import { setTimeout as pause } from 'node:timers/promises'
import { Router, type Request, type RequestHandler } from 'express'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { parseBody, SandboxRefusal } from './refusal.ts'

/** How a receiver answers: in this order, and the last one from then on. */
const Answer = z.strictObject({
  status: z.int().min(200).max(599),
  delay_ms: z.int().min(0).max(60_000).default(0),
  body: z.string().max(100_000).default(''),
  /** Where a redirect leads. */
  location: z.string().max(2_000).optional(),
  /** Only to events about this thing; the others are taken. */
  object_id: z.string().max(100).optional()
})
const Receiver = z.strictObject({
  /** Those that it knows: a message is verified when one of them has signed it. */
  secrets: z.array(z.string().startsWith('whsec_')).max(10).default([]),
  answers: z.array(Answer).max(100).default([])
})

interface Received {
  readonly id: string
  readonly type: string
  readonly object_id: string | undefined
  readonly verified: boolean
  readonly signatures: number
  readonly answered: number
  readonly received_at: string
  readonly body: unknown
}

interface State {
  secrets: readonly string[]
  answers: z.output<typeof Answer>[]
  readonly inbox: Received[]
}

const NAME = /^[a-z0-9-]{1,40}$/
const KEPT_MAX = 10_000

/** Somebody else's servers that want to be told of events: each has a name, an inbox, and answers as it was told to. */
export function createWebhookReceivers(stopping: AbortSignal) {
  const receivers = new Map<string, State>()

  function receiver(name: string): State {
    if (!NAME.test(name)) throw new SandboxRefusal(404, 'not_found', 'there is no such receiver')
    const known = receivers.get(name) ?? { secrets: [], answers: [], inbox: [] }
    receivers.set(name, known)
    return known
  }

  const receive: RequestHandler<{ name: string }> = async (request, response) => {
    const state = receiver(request.params.name)
    const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''
    const body = fromJson(text)
    const answer = nextAnswer(state, objectIn(body))
    const message = noted(request, state, text, body, answer.status)
    if (state.inbox.push(message) > KEPT_MAX) state.inbox.shift()
    if (answer.delay_ms > 0) await pause(answer.delay_ms, undefined, { signal: stopping }).catch(() => undefined)
    if (answer.location !== undefined) response.set('location', answer.location)
    response.status(answer.status).send(answer.body)
  }

  const admin = Router()
    .put('/:name', (request, response) => {
      const { secrets, answers } = parseBody(Receiver, request.body)
      Object.assign(receiver(request.params.name), { secrets, answers })
      response.json({ name: request.params.name, secrets: secrets.length, answers: answers.length })
    })
    .get('/:name', (request, response) => void response.json({ data: receiver(request.params.name).inbox }))
    .delete('/:name', (request, response) => {
      receivers.delete(request.params.name)
      response.status(204).end()
    })

  return { routes: Router().post('/:name', receive), admin }
}

const noted = (request: Request, { secrets }: State, text: string, body: unknown, answered: number): Received => {
  const signature = request.get('webhook-signature') ?? ''
  return {
    id: request.get('webhook-id') ?? '',
    type: textIn(body as { type?: unknown } | undefined),
    object_id: objectIn(body),
    verified: secrets.some((secret) => signedBy(secret, request, text)),
    signatures: signature.split(' ').filter(Boolean).length,
    answered,
    received_at: new Date().toISOString(),
    body
  }
}

/** As a receiver does it, with the library that anybody would use. */
function signedBy(secret: string, request: Request, text: string): boolean {
  try {
    new Webhook(secret).verify(text, {
      'webhook-id': request.get('webhook-id') ?? '',
      'webhook-timestamp': request.get('webhook-timestamp') ?? '',
      'webhook-signature': request.get('webhook-signature') ?? ''
    })
    return true
  } catch {
    return false
  }
}

function nextAnswer(state: State, objectId: string | undefined): z.output<typeof Answer> {
  const at = state.answers.findIndex(({ object_id }) => object_id === undefined || object_id === objectId)
  const answer = state.answers[at]
  if (!answer) return { status: 204, delay_ms: 0, body: '' }
  const isLast = !state.answers.some(({ object_id }, n) => n !== at && object_id === answer.object_id)
  if (!isLast) state.answers.splice(at, 1)
  return answer
}

const textIn = (body: { readonly type?: unknown } | undefined): string =>
  typeof body?.type === 'string' ? body.type : ''

const objectIn = (body: unknown): string | undefined => {
  const id = (body as { data?: { id?: unknown } } | undefined)?.data?.id
  return typeof id === 'string' ? id : undefined
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
