import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Request } from 'express'
import type { Transaction } from 'kysely'
import type { Config } from '../config.ts'
import type { Database } from '../db/schema.ts'
import { canonicalJson } from '../domain/canonical.ts'
import { idOf } from '../domain/ids.ts'
import { addressOf } from './address.ts'
import { actorOf, mustOwn, type Caller, type Owner } from './caller.ts'
import { requestIdOf } from './request-id.ts'
import type { Call, Route } from './route.ts'

/** A call before its declaration gives it types, with what only `mount.ts` may ask. */
export type AnyCall = Omit<
  Call<unknown, unknown, unknown, Caller | undefined, Idempotency>,
  'transaction' | 'afterCommit'
> & {
  readonly transaction?: Transaction<Database>
  readonly afterCommit?: (work: () => Promise<unknown>) => void
  /** Whether the route looked whose the thing is. */
  readonly askedForOwner: () => boolean
}
type Idempotency = Route['spec']['idempotency']

interface Checked {
  readonly caller: Caller | undefined
  readonly idempotencyKey: string
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  /** The body as JSON had it, for the fingerprint. */
  readonly wireBody: unknown
  readonly raw: string
  readonly rawType: string
}

/** What a route gets to see of a request that has passed all checks. */
export function createCall(
  { config, route, request }: { config: Pick<Config, 'COFFER_ID_SALT'>; route: Route; request: Request },
  { wireBody, ...checked }: Checked
): AnyCall {
  const principal = actorOf(checked.caller)
  const method = route.method.toUpperCase()
  const path = concretePath(route, checked.params)
  const { idempotencyKey } = checked
  let asked = false
  return {
    ...checked,
    principal,
    requestId: requestIdOf(request),
    method,
    path,
    // Keyed: a body may hold a PIN or a password, and six digits are guessed from a bare hash in no time.
    fingerprint: keyed(config.COFFER_ID_SALT, canonicalJson([method, path, wireBody ?? {}])),
    updateId: sha256(canonicalJson([principal, method, path, idempotencyKey])),
    address: addressOf(request),
    log: request.log,
    header: (name) => request.get(name),
    newId: (prefix) => {
      const seed = canonicalJson([config.COFFER_ID_SALT, principal, `${method} ${path}`, idempotencyKey])
      const digits = idempotencyKey === '' ? randomBytes(16).toString('hex') : sha256(seed).slice(0, 32)
      return idOf(prefix, `${prefix}_${digits}`)
    },
    mustOwn: (owner: Owner) => {
      asked = true
      if (checked.caller) mustOwn(checked.caller, owner)
    },
    ownOnly: () => {
      asked = true
      if (checked.caller?.kind === 'customer') return { customerId: checked.caller.customerId }
      return checked.caller?.kind === 'merchant' ? { merchantId: checked.caller.merchantId } : {}
    },
    askedForOwner: () => asked
  }
}

/** From the declaration and the parsed parameters, so that another spelling of a path is not another request. */
const concretePath = (route: Route, params: unknown): string =>
  `/v1${route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((params as Record<string, unknown>)[name])))}`

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
const keyed = (key: string, text: string): string => createHmac('sha256', key).update(text, 'utf8').digest('hex')
