import type { Request, RequestHandler, Response, Router } from 'express'
import { z } from 'zod'
import { inTransaction } from '../db/in-transaction.ts'
import { carriesCardNumber, isCardNumber } from '../domain/card-number.ts'
import { Refusal } from '../domain/errors.ts'
import { claimKey, findReply, keepReply } from '../store/idempotency.ts'
import type { Authenticate } from './authenticate.ts'
import { verifyCallback } from './callbacks.ts'
import { roleOf, type Caller } from './caller.ts'
import { createCall, type AnyCall } from './create-call.ts'
import type { ApiDeps } from './deps.ts'
import { readBytes, readFileBytes, readJsonBytes } from './read-body.ts'
import { sendReply, toWireReply } from './reply.ts'
import { Streamed, type Route } from './route.ts'
import { parseStrictJson } from './strict-json.ts'
import { plainQuery, validate } from './validate.ts'

type Ground = Pick<ApiDeps, 'config' | 'db' | 'vault'> & { readonly authenticate: Authenticate }

/** Puts a declared route on the router: who, what, then the route's own story, then a reply that keeps the contract. */
export function mount(router: Router, route: Route, ground: Ground): void {
  const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
  router[route.method](path, answerWith(route, ground))
}

const answerWith =
  (route: Route, ground: Ground): RequestHandler =>
  async (request, response) => {
    const call = await checkedCall(route, ground, request, response)
    if (route.spec.idempotency !== 'stored') {
      const result = await runOwned(route, call)
      return result instanceof Streamed ? result.open(response) : sendReply(response, toWireReply(route, result))
    }
    const { reply, firstRequestId } = await onceStored(route, ground, call)
    if (firstRequestId !== call.requestId) response.set('Idempotent-Replayed', 'true')
    sendReply(response, reply)
  }

/** The order decides what a stranger learns: nothing about keys, bodies or things before it is known who asks. */
async function checkedCall(route: Route, ground: Ground, request: Request, response: Response): Promise<AnyCall> {
  const { spec } = route
  const caller = typeof spec.callers === 'object' ? await ground.authenticate(request) : undefined
  if (caller) authorize(route, caller)
  const idempotencyKey = keyOf(route, request)
  const params = spec.params && paramsOf(spec.params, request.params)
  const query = queryOf(spec.query, request.query)
  const { raw, rawType, body } = await bodyOf(route, ground, request, response)
  const parsedBody = spec.body && validate(spec.body, body)
  return createCall(
    { config: ground.config, route, request },
    { caller, idempotencyKey, params, query, body: parsedBody, wireBody: body, raw, rawType }
  )
}

/** @throws {Refusal} `forbidden` for a role that the route does not name, or a key without the scope. */
function authorize({ spec }: Route, caller: Caller): void {
  if (typeof spec.callers === 'object' && spec.callers[roleOf(caller)] === undefined) throw new Refusal('forbidden')
  if (caller.kind === 'customer' || spec.scope === undefined) return
  const [thing] = spec.scope.split(':')
  const enough = ['*', `${thing}:*`, spec.scope]
  if (!caller.scopes.some((scope) => enough.includes(scope))) throw new Refusal('forbidden')
}

function keyOf({ spec }: Route, request: Request): string {
  if (spec.idempotency === 'none') return ''
  const key = request.headers['idempotency-key']
  // Random keys have many digits too: only one that is nothing else is taken for a number.
  if (spec.refusesCardNumbers && typeof key === 'string' && isCardNumber(key)) throw new Refusal('card_number_refused')
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new Refusal('idempotency_key_missing')
}

/** An id that is none names nothing: the same answer as for one that nobody has. */
function paramsOf(schema: NonNullable<Route['spec']['params']>, params: Request['params']) {
  const parsed = schema.safeParse({ ...params })
  if (!parsed.success) throw new Refusal('not_found')
  return parsed.data
}

function queryOf(schema: Route['spec']['query'], given: Request['query']): unknown {
  const query = plainQuery(given)
  const parsed = validate(schema ?? NoQuery, query, '/query')
  return schema && parsed
}

const NoQuery = z.strictObject({})

async function bodyOf({ method, spec }: Route, { config }: Ground, request: Request, response: Response) {
  if (spec.callers === 'provider') {
    const raw = (await readBytes(request, response)).toString('utf8')
    verifyCallback(config.CALLBACK_SECRET, request.headers, raw)
    return { raw, rawType: '', body: undefined }
  }
  if (spec.rawBody) {
    const file = await readFileBytes(request, response, spec.rawBody.types, spec.bodyLimit)
    // Its hash is the body's fingerprint.
    return { raw: file.text, rawType: file.type, body: { sha256: file.sha256 } }
  }
  if (method === 'get' || method === 'delete') return { raw: '', rawType: '', body: undefined }
  const bytes = await readJsonBytes(request, response, spec.bodyLimit)
  const body = bytes.length === 0 ? {} : parseStrictJson(bytes)
  if (spec.refusesCardNumbers && carriesCardNumber(JSON.stringify(body))) throw new Refusal('card_number_refused')
  const isEmpty = typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0
  if (!spec.body && !isEmpty) {
    throw new Refusal('invalid_request', { errors: [{ pointer: '', message: 'this route takes no body' }] })
  }
  return { raw: '', rawType: '', body }
}

/** @throws {Error} when a route that promised to show owners only their own did not look whose it is. */
async function runOwned(route: Route, call: AnyCall): Promise<unknown> {
  const result = await route.run(call as never)
  const { callers } = route.spec
  const role = call.caller && roleOf(call.caller)
  const promised = role !== undefined && typeof callers === 'object' && callers[role] === 'own'
  if (promised && !call.askedForOwner())
    throw new Error(`${route.method} ${route.path}: answered without mustOwn or ownOnly`)
  return result
}

/** Key, effect and reply are committed together; a request with the same key waits for that. */
async function onceStored(route: Route, { db, vault }: Ground, call: AnyCall) {
  const { principal, method, path, idempotencyKey: key, fingerprint, requestId } = call
  const keyed = { principal, route: `${method} ${path}`, key, fingerprint, requestId }
  const known =
    route.before &&
    (await knownOr(
      () => findReply(db, vault, keyed),
      () => route.before!(call as never)
    ))
  if (known) return { reply: known, firstRequestId: known.requestId }
  const later: (() => Promise<unknown>)[] = []
  const afterCommit = (work: () => Promise<unknown>) => void later.push(work)
  const replied = await inTransaction(db, async (transaction) => {
    const first = await claimKey(transaction, vault, keyed)
    if (first) return { reply: first, firstRequestId: first.requestId }
    const run = runOwned(route, { ...call, transaction, afterCommit })
    const reply = toWireReply(route, await run.catch(refuseForgottenKey))
    await keepReply(transaction, vault, keyed, { ...reply, body: reply.body.toString() })
    return { reply, firstRequestId: requestId }
  })
  for (const work of later) await work().catch((err: unknown) => call.log.warn({ err }, 'left to the sweeper'))
  return replied
}

/** The answer of the first time, which may also come while the second one is refused what only works once. */
async function knownOr<Known>(find: () => Promise<Known | undefined>, work: () => Promise<void>) {
  const known = await find()
  if (known) return known
  try {
    await work()
  } catch (error) {
    const meanwhile = await find()
    if (!meanwhile) throw error
    return meanwhile
  }
  return undefined
}

/**
 * After 24 hours the reply is forgotten, but what was made under the key still has the id that follows from it.
 * @throws {Refusal} `idempotency_key_reused` for that; any other error as it is.
 */
function refuseForgottenKey(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string }
  throw code === '23505' && constraint?.endsWith('_pkey') ? new Refusal('idempotency_key_reused') : error
}
