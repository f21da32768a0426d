import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import { problems, type ProblemCode } from '../domain/errors.ts'
import { eventCatalogue, type EventDescription } from './event-catalogue.ts'
import { statuses } from './problem.ts'
import type { Callers, Route } from './route.ts'

/** RFC 9457, with a code of ours for programs. */
const Problem = z
  .object({
    type: z.string().meta({ description: 'Where the code is explained', example: '/docs/problems/not_found' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional(),
    request_id: z.string(),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() }))
  })
  .meta({ id: 'Problem' })

/** The OpenAPI 3.1 document, from the schemas that validate. */
export function createOpenApi(routes: readonly Route[], serverUrl: string | undefined): object {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key (`cof_<role>_…`) or the access token of a session.'
  })
  for (const route of routes) registry.registerPath(toPath(route))
  for (const event of eventCatalogue) registry.registerWebhook(toWebhook(event))
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Coffer',
      version: '1',
      description: 'Amounts are whole numbers of minor units, as strings. Errors: `/docs/problems/<code>`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
    },
    servers: serverUrl === undefined ? [{ url: '/' }] : [{ url: serverUrl }]
  })
}

function toPath(route: Route): RouteConfig {
  const { method, path, spec } = route
  const tag = path.split('/')[1]!
  const headers = spec.idempotency === 'none' ? {} : { headers: z.object({ 'Idempotency-Key': IdempotencyKey }) }
  return {
    method,
    path: `/v1${path}`,
    operationId: `${method} ${path}`
      .replaceAll(/[{}]/g, '')
      .replaceAll(/[^A-Za-z0-9]+(\w)/g, (_, next: string) => next.toUpperCase()),
    tags: [tag],
    summary: spec.summary,
    description: [spec.description, whoMay(spec.callers), spec.scope && `Scope of API keys: \`${spec.scope}\`.`]
      .filter(Boolean)
      .join('\n\n'),
    ...(typeof spec.callers === 'object' ? { security: [{ bearer: [] }] } : {}),
    request: {
      ...(spec.params ? { params: spec.params } : {}),
      ...(spec.query ? { query: spec.query } : {}),
      ...(spec.body
        ? {
            body: { required: !spec.body.safeParse({}).success, content: { 'application/json': { schema: spec.body } } }
          }
        : {}),
      ...(spec.rawBody
        ? {
            body: {
              required: true,
              content: Object.fromEntries(
                spec.rawBody.types.map((type) => [type, { schema: { type: 'string' as const } }])
              )
            }
          }
        : {}),
      ...headers
    },
    responses: { ...goodReplies(route), ...badReplies(route) }
  }
}

/** One type of event. The same envelope comes from `GET /v1/events` and its stream. */
const toWebhook = ({ type, description, schema }: EventDescription): RouteConfig => ({
  method: 'post',
  path: type,
  operationId: `on ${type}`.replaceAll(/[^A-Za-z0-9]+(\w)/g, (_, next: string) => next.toUpperCase()),
  tags: ['events'],
  summary: description,
  request: { body: { required: true, content: { 'application/json': { schema } } } },
  responses: { '2XX': { description: 'Taken.' } }
})

const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .meta({
    description: 'Yours to choose, once for each thing to be done; sent again, it brings the same answer.',
    example: 'order-4711'
  })

function whoMay(callers: Callers): string {
  if (callers === 'public') return 'Needs no credentials.'
  if (callers === 'provider') return 'For providers: signed by Standard Webhooks headers.'
  const names = Object.entries(callers).map(([role, reach]) => (reach === 'own' ? `${role} (their own)` : role))
  return `May be called by: ${names.join(', ')}.`
}

function goodReplies({ spec }: Route): RouteConfig['responses'] {
  const replies: RouteConfig['responses'] = { [spec.status]: firstReply(spec) }
  for (const [status, { description, schema }] of Object.entries(spec.otherReplies ?? {})) {
    replies[status] = { description, content: { 'application/json': { schema } } }
  }
  return replies
}

function firstReply({ reply, summary }: Route['spec']): RouteConfig['responses'][string] {
  if (!reply) return { description: 'Done.' }
  if ('media' in reply) {
    return { description: summary, content: { [reply.media]: { schema: { type: 'string', format: 'binary' } } } }
  }
  return { description: summary, content: { 'application/json': { schema: reply } } }
}

/** What any route of this kind can answer, and what this one adds; several codes may share a status. */
function badReplies({ spec }: Route): RouteConfig['responses'] {
  const codes = new Set<ProblemCode>(['invalid_request', 'service_unavailable', 'internal', ...(spec.errors ?? [])])
  if (typeof spec.callers === 'object')
    for (const code of ['unauthenticated', 'forbidden', 'too_many_requests'] as const) codes.add(code)
  if (spec.params) codes.add('not_found')
  if (spec.body || spec.rawBody)
    for (const code of ['payload_too_large', 'unsupported_media_type'] as const) codes.add(code)
  if (spec.idempotency !== 'none')
    for (const code of ['idempotency_key_missing', 'idempotency_key_reused'] as const) codes.add(code)
  const used = [...new Set([...codes].map((code) => statuses[code]))]
  return Object.fromEntries(
    used.map((status) => [
      status,
      {
        description: [...codes]
          .filter((code) => statuses[code] === status)
          .map((code) => `\`${code}\`: ${problems[code]}`)
          .join('\n\n'),
        content: { 'application/problem+json': { schema: Problem } }
      }
    ])
  )
}
