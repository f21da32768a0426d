import type { Response } from 'express'
import type { Transaction } from 'kysely'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Database } from '../db/schema.ts'
import type { ProblemCode } from '../domain/errors.ts'
import type { IdByPrefix, IdPrefix } from '../domain/ids.ts'
import type { OperatorRole } from '../store/operators.ts'
import type { CustomerCaller, MerchantCaller, OperatorCaller, Owner, Role, ServiceCaller } from './caller.ts'

const asking =
  (method: 'get' | 'delete') =>
  <P extends Shape = undefined, Q extends Shape = undefined, R extends Reply = undefined, C extends Callers = Callers>(
    path: string,
    spec: Spec<P, Q, undefined, R, C> & { idempotency?: undefined },
    run: Run<P, Q, undefined, R, C, undefined>
  ): Route =>
    declare(method, path, spec, run)

const replacing =
  (method: 'put' | 'patch') =>
  <
    P extends Shape = undefined,
    Q extends Shape = undefined,
    B extends Schema | undefined = undefined,
    R extends Reply = undefined,
    C extends Callers = Callers
  >(
    path: string,
    spec: Spec<P, Q, B, R, C> & { idempotency?: undefined },
    run: Run<P, Q, B, R, C, undefined>
  ): Route =>
    declare(method, path, spec, run)

/**
 * One declaration gives validation, authorization, OpenAPI and the row that `test/api/matrix.test.ts` asks for:
 *
 *     route.post('/top-ups', { summary, body, reply, status: 201, callers: { customer: 'own', service: 'any' },
 *       scope: 'top-ups:write', idempotency: 'process', errors: ['rail_suspended'] }, async (call) => …)
 *
 * Paths are below `/v1`, parameters in braces. `run` returns the reply's body, or `answer(status, body, headers)`.
 */
export const route = {
  get: asking('get'),
  post: <
    P extends Shape = undefined,
    Q extends Shape = undefined,
    B extends Schema | undefined = undefined,
    R extends Reply = undefined,
    C extends Callers = Callers,
    I extends Idempotency = Idempotency
  >(
    path: string,
    spec: Spec<P, Q, B, R, C> & { idempotency: I },
    run: Run<P, Q, B, R, C, I>,
    more: { readonly before?: Before<P, Q, B, C> } = {}
  ): Route => declare('post', path, spec, run, more.before),
  put: replacing('put'),
  patch: replacing('patch'),
  delete: asking('delete')
}

/** Another status than the declared one, or headers: `answer(202, { id, object }, { Location: … })`. */
export class Answer<Body> {
  readonly status: number
  readonly body: Body
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: Body, headers: Readonly<Record<string, string>>) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export const answer = <Body>(
  status: number,
  body: Body,
  headers: Readonly<Record<string, string>> = {}
): Answer<Body> => new Answer(status, body, headers)

/** A reply that is not JSON, such as a picture: `reply: media('image/png')`, and `run` returns the bytes. */
export interface Media {
  readonly media: string
}
export const media = (type: string): Media => ({ media: type })

/** An answer that goes on until one side has enough: `open` sends status and headers, and has the response for itself. */
export class Streamed {
  readonly open: (response: Response) => void

  constructor(open: (response: Response) => void) {
    this.open = open
  }
}

type Schema = z.ZodType
type Shape = z.ZodObject | undefined
type Reply = Schema | Media | undefined

/**
 * How a POST that comes twice with one `Idempotency-Key` is known again. `process`: the workflow and its record do it,
 * for ever. `stored`: the table of keys does it, for 24 h; `run` gets the transaction in which key, effect and reply are
 * committed together. `none`: no key is asked for (sessions, decoding, callbacks).
 */
export type Idempotency = 'process' | 'stored' | 'none'

/**
 * `own`: only what is theirs. `run` then has to call `call.mustOwn(owner)` or `call.ownOnly()` before it returns; a route
 * that forgets answers 500 rather than someone else's data. `any`: everything of that kind.
 * `public`: no credentials. `provider`: a signed callback, see `callbacks.ts`.
 */
export type Callers =
  | 'public'
  | 'provider'
  | ({ readonly customer?: 'own' | 'any'; readonly service?: 'any'; readonly merchant?: 'own' | 'any' } & {
      readonly [role in OperatorRole]?: 'any'
    })

interface Spec<P extends Shape, Q extends Shape, B extends Schema | undefined, R extends Reply, C extends Callers> {
  readonly summary: string
  readonly description?: string
  /** A strict object with exactly the path's parameters. A value that does not fit is a 404: there is no such thing. */
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Absent: 204. Checked before it leaves, so that no field goes out that the contract does not name. */
  readonly reply?: R
  readonly status?: 200 | 201 | 202 | 204
  /** Other good statuses that `answer()` may give. */
  readonly otherReplies?: Readonly<Record<number, { readonly description: string; readonly schema: Schema }>>
  readonly callers: C
  /** What an API key needs to be allowed, such as `payments:write`; sessions of customers have no scopes. */
  readonly scope?: string
  /** The body is a file of one of these media types, in UTF-8, which `run` gets as it came. */
  readonly rawBody?: { readonly types: readonly string[] }
  /** Bytes, where a route takes more than 100 KiB. */
  readonly bodyLimit?: number
  /** Refuses a request whose body may hold a card's number, or whose key is one, before anything else looks at it. */
  readonly refusesCardNumbers?: boolean
  /** Codes beyond those that any route can give; for the documentation. */
  readonly errors?: readonly ProblemCode[]
}

type Run<
  P extends Shape,
  Q extends Shape,
  B extends Schema | undefined,
  R extends Reply,
  C extends Callers,
  I extends Idempotency | undefined
> = (
  call: Call<ParsedOf<P>, ParsedOf<Q>, ParsedOf<B>, CallerOf<C>, I>
) => Promise<BodyOf<R> | Answer<unknown> | Streamed>

/**
 * Of a `stored` route: what comes before its transaction, and stays when that is rolled back: tries that are counted,
 * secrets that are compared. Within the transaction it would take a second connection while the first one waits, and with
 * as many requests as connections all of them would wait for ever. A request that was answered before skips it.
 */
type Before<P extends Shape, Q extends Shape, B extends Schema | undefined, C extends Callers> = (
  call: Call<ParsedOf<P>, ParsedOf<Q>, ParsedOf<B>, CallerOf<C>, 'none'>
) => Promise<void>

type ParsedOf<S> = S extends Schema ? z.output<S> : undefined
type BodyOf<R> = R extends Schema ? z.input<R> : R extends Media ? Buffer | string : void
type CallerOf<C> = C extends string ? undefined : { [K in keyof C]-?: CallerByRole[K & Role] }[keyof C]
type CallerByRole = { customer: CustomerCaller; service: ServiceCaller; merchant: MerchantCaller } & {
  [R in OperatorRole]: OperatorCaller & { readonly role: R }
}

/** One request, checked: what a route gets to see of it. */
export interface Call<Params, Query, Body, CallerKind, I> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly caller: CallerKind
  /** The owner behind the credentials: `cus_…`, `mer_…`, `opr_…`, `service:<name>`; `anyone` without credentials. */
  readonly principal: string
  readonly requestId: string
  readonly method: string
  /** The concrete path, such as `/v1/payments/pay_…/capture`. */
  readonly path: string
  /** Empty where the route asks for none. */
  readonly idempotencyKey: string
  /** HMAC-SHA-256 in hex over method, concrete path and parsed body: key order and white space do not matter. */
  readonly fingerprint: string
  /** The address that the request came from. */
  readonly address: string
  /** hash(principal ‖ method ‖ concrete path ‖ idempotency key), for Update-with-Start. */
  readonly updateId: string
  readonly transaction: I extends 'stored' ? Transaction<Database> : undefined
  /**
   * What is to be done once effect and reply are committed, and only then; a failure is logged, and changes no answer: the
   * sweeper does what is left.
   */
  readonly afterCommit: I extends 'stored' ? (work: () => Promise<unknown>) => void : undefined
  readonly log: Logger
  /** The body as it came, for signatures; only where the callers are `provider`, or a file is taken. */
  readonly raw: string
  /** The media type of a file; else empty. */
  readonly rawType: string
  readonly header: (name: string) => string | undefined
  /** The id of what this request makes, from installation salt, principal, route and idempotency key: a retry makes the same. */
  readonly newId: <Prefix extends IdPrefix>(prefix: Prefix) => IdByPrefix[Prefix]
  /** @throws {Refusal} `not_found` for a customer or merchant who is not the owner. */
  readonly mustOwn: (owner: Owner) => void
  /** For lists: whose things may be shown; empty for callers who may see all. */
  readonly ownOnly: () => { readonly customerId?: string; readonly merchantId?: string }
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** A declared route as `mount.ts`, `openapi.ts` and the matrix test see it. */
export interface Route {
  readonly method: Method
  /** Below `/v1`, with parameters in braces: `/payments/{id}/capture`. */
  readonly path: string
  readonly spec: {
    readonly summary: string
    readonly description?: string | undefined
    readonly params?: z.ZodObject | undefined
    readonly query?: z.ZodObject | undefined
    readonly body?: Schema | undefined
    readonly reply?: Reply
    readonly otherReplies?:
      Readonly<Record<number, { readonly description: string; readonly schema: Schema }>> | undefined
    readonly callers: Callers
    readonly scope?: string | undefined
    readonly rawBody?: { readonly types: readonly string[] } | undefined
    readonly bodyLimit?: number | undefined
    readonly refusesCardNumbers?: boolean | undefined
    readonly errors?: readonly ProblemCode[] | undefined
    readonly idempotency: Idempotency
    readonly status: number
  }
  /** Takes the `Call` that this declaration's schemas describe; only `mount.ts` makes one. */
  readonly run: (call: never) => Promise<unknown>
  readonly before?: ((call: never) => Promise<void>) | undefined
}

function declare(
  method: Method,
  path: string,
  spec: Omit<Route['spec'], 'idempotency' | 'status'> & {
    readonly idempotency?: Idempotency | undefined
    readonly status?: number
  },
  run: (call: never) => Promise<unknown>,
  before?: (call: never) => Promise<void>
): Route {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const declared = Object.keys(spec.params?.shape ?? {})
  if (inPath.join() !== declared.join())
    throw new TypeError(`${method} ${path}: params must be { ${inPath.join(', ')} }`)
  if (before && spec.idempotency !== 'stored') throw new TypeError(`${method} ${path}: before is of stored routes`)
  const byKey = typeof spec.callers === 'object' && Object.keys(spec.callers).some((role) => role !== 'customer')
  if (byKey && spec.scope === undefined)
    throw new TypeError(`${method} ${path}: API keys may call it, so it needs a scope`)
  const status = spec.status ?? (spec.reply === undefined ? 204 : 200)
  return Object.freeze({
    method,
    path,
    spec: { ...spec, status, idempotency: spec.idempotency ?? 'none' },
    run,
    before
  })
}
