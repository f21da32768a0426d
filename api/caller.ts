import { Refusal } from '../domain/errors.ts'
import type { ApiKeyId, CustomerId, MerchantId, OperatorId, SessionId } from '../domain/ids.ts'
import type { OperatorRole } from '../store/operators.ts'

/** Who is asking, as the credentials prove it. */
export type Caller = CustomerCaller | ServiceCaller | MerchantCaller | OperatorCaller

export interface CustomerCaller {
  readonly kind: 'customer'
  readonly customerId: CustomerId
  readonly sessionId: SessionId
  /** Of the device that the session was opened from, in business time; absent: nobody said where. */
  readonly deviceKnownSince?: Date | undefined
  /** From then on the access token is refused; for what goes on longer than a request. */
  readonly tokenExpiresAt?: Date
}

/** A backend team, by the name its keys were made for. */
export interface ServiceCaller {
  readonly kind: 'service'
  readonly name: string
  readonly keyId: ApiKeyId
  readonly scopes: readonly string[]
}

export interface MerchantCaller {
  readonly kind: 'merchant'
  readonly merchantId: MerchantId
  readonly keyId: ApiKeyId
  readonly scopes: readonly string[]
}

export interface OperatorCaller {
  readonly kind: 'operator'
  readonly operatorId: OperatorId
  readonly role: OperatorRole
  readonly keyId: ApiKeyId
  readonly scopes: readonly string[]
}

/** What a route's `callers` names: operators by their role, the others by their kind. */
export type Role = 'customer' | 'service' | 'merchant' | OperatorRole

export const roleOf = (caller: Caller): Role => (caller.kind === 'operator' ? caller.role : caller.kind)

/**
 * The owner behind the credentials, not the key or the session: ids and idempotency are bound to it, since keys rotate
 * and sessions end while a request is being retried.
 */
export function principalOf(caller: Caller): string {
  if (caller.kind === 'customer') return caller.customerId
  if (caller.kind === 'merchant') return caller.merchantId
  return caller.kind === 'operator' ? caller.operatorId : `service:${caller.name}`
}

/** The audit log's and the timelines' word for who did it; the same as the principal. */
export const actorOf = (caller: Caller | undefined): string => (caller ? principalOf(caller) : 'anyone')

/** Whose a thing is, as far as it has an owner of that kind. */
export interface Owner {
  readonly customerId?: string | null
  readonly merchantId?: string | null
}

/**
 * @throws {Refusal} `not_found` when a customer or merchant asks for what is not theirs: the same answer as for a thing
 * that does not exist, so that ids cannot be guessed. Services and operators own nothing and pass.
 */
export function mustOwn(caller: Caller, owner: Owner): void {
  if (caller.kind === 'customer' && owner.customerId !== caller.customerId) throw new Refusal('not_found')
  if (caller.kind === 'merchant' && owner.merchantId !== caller.merchantId) throw new Refusal('not_found')
}
