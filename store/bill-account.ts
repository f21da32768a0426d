import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { findPersonalValue } from './personal.ts'
import type { Vault } from './vault.ts'

/** The number that an order's customer has at the biller; undefined where its owner was erased. */
export const accountNumberOf = (
  db: Kysely<Database>,
  vault: Vault,
  ownerId: string,
  reference: string
): Promise<string | undefined> => findPersonalValue(db, vault, { ownerId, kind: 'biller_account', reference })

/**
 * What tells one account at a biller from another, without saying which it is.
 * @throws {Error} when the number is not there: the route has sealed it before it started anything
 */
export async function accountIndexOf(
  db: Kysely<Database>,
  vault: Vault,
  ownerId: string,
  { biller_id, account_reference }: { readonly biller_id: string; readonly account_reference: string }
): Promise<string> {
  const number = await accountNumberOf(db, vault, ownerId, account_reference)
  if (number === undefined) throw new Error(`no account number under ${account_reference}`)
  return billAccountIndex(vault, biller_id, number)
}

export const billAccountIndex = (vault: Vault, billerId: string, number: string): string =>
  vault.blindIndex('biller_account', `${billerId}|${number}`).toString('hex')
