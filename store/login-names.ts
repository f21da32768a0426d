import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { isId, type CustomerId } from '../domain/ids.ts'
import { isEmail, isPhone, normalise } from '../domain/personal.ts'
import { findProvedOwner, findProvedOwnerByIndex } from './personal.ts'
import type { Vault } from './vault.ts'

/** What a log-in name is known by, whether it exists or not: not readable. */
export interface LoginKey {
  readonly kind: 'email' | 'phone'
  readonly index: Buffer
}

export function loginKey(vault: Vault, login: string): LoginKey {
  const kind = loginKind(login) ?? 'email'
  return { kind, index: vault.blindIndex(kind, normalise(kind, login)) }
}

/** The name under which log-ins of one account are counted. */
export const loginIndex = (vault: Vault, login: string): string => loginKey(vault, login).index.toString('hex')

/** The customer who has proved it. */
export async function findCustomerByLoginKey(
  db: Kysely<Database>,
  { kind, index }: LoginKey
): Promise<CustomerId | undefined> {
  const owner = await findProvedOwnerByIndex(db, kind, index)
  return owner !== undefined && isId('cus', owner) ? owner : undefined
}

/** The customer who logs in with this e-mail address or phone number: only one who has proved it. */
export async function findCustomerByLogin(
  db: Kysely<Database>,
  vault: Vault,
  login: string
): Promise<CustomerId | undefined> {
  const kind = loginKind(login)
  if (!kind) return undefined
  const owner = await findProvedOwner(db, vault, kind, login)
  return owner !== undefined && isId('cus', owner) ? owner : undefined
}

function loginKind(login: string): 'email' | 'phone' | undefined {
  if (isPhone(normalise('phone', login))) return 'phone'
  return isEmail(normalise('email', login)) ? 'email' : undefined
}
