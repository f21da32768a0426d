import { mask } from '../domain/personal.ts'
import { accountNumberOf } from '../store/bill-account.ts'
import type { Caller } from './caller.ts'
import type { ApiDeps } from './deps.ts'
import { answer, type Answer } from './route.ts'

type Deps = Pick<ApiDeps, 'db' | 'vault'>
/** Whose number it is, and under what it is sealed. */
interface Owner {
  readonly customerId: string
  readonly accountReference: string
}

/** The number at the biller, whole for those whose it is; operators see its end. Undefined where its owner was erased. */
export async function accountNumberFor(
  { db, vault }: Deps,
  { kind }: Caller,
  { customerId, accountReference }: Owner
): Promise<string | undefined> {
  const number = await accountNumberOf(db, vault, customerId, accountReference)
  return number !== undefined && kind === 'operator' ? mask('biller_account', number) : number
}

/** An answer with that number, which is in no event. One of 202 has nothing to add to. */
export async function withAccountNumber(
  deps: Deps,
  caller: Caller,
  owner: Owner,
  said: Answer<unknown>
): Promise<Answer<unknown>> {
  const number = said.status === 202 ? undefined : await accountNumberFor(deps, caller, owner)
  if (number === undefined) return said
  return answer(said.status, { ...(said.body as object), account_number: number }, said.headers)
}
