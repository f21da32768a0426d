import { randomInt, randomUUID } from 'node:crypto'
import { ibanAt } from '../../domain/iban.ts'
import type { Vault } from '../../store/vault.ts'
import { apply, give, kycOf, registerApplicant, untilState, type Applicant } from './applicants.ts'
import type { Answered, Client } from './client.ts'
import type { Coffer } from './coffer.ts'
import { insist } from './insist.ts'

/** Somebody who has registered and is known well enough for tier 1. */
export interface KnownCustomer extends Applicant {
  readonly name: string
}

/** @param name without one, an invented one that nobody else has. */
export async function knownCustomer(
  coffer: Coffer,
  vault: Vault,
  name = `Nadia ${letters(10)}`
): Promise<KnownCustomer> {
  const applicant = await registerApplicant(coffer, vault)
  const id = String((await apply(applicant.client)).body['id'])
  await give(applicant.client, id, kycOf(name))
  await untilState(applicant.client, id, 'approved')
  return { ...applicant, name }
}

const letters = (length: number): string =>
  Array.from({ length }, () => String.fromCharCode(97 + randomInt(26))).join('')

/** An account that nobody has; its last two digits say what the bank makes of it (docs/magic-values.md), `00` nothing. */
export const newIban = (bank: 'a' | 'b' = 'a', magic = '00'): string =>
  ibanAt(bank, '000000', `${randomInt(1_000_000).toString().padStart(6, '0')}${magic}`)

export const link = (
  client: Client,
  iban: string,
  method: 'instant' | 'micro_deposits' = 'instant',
  key: string = randomUUID()
): Promise<Answered> => insist(() => client.post('/v1/bank-accounts', { iban, method }, key))

/** Waits until the account is in one of these states. */
export const untilAccount = (client: Client, id: string, ...states: string[]): Promise<Answered> =>
  client.until(`/v1/bank-accounts/${id}`, ({ state }) => states.includes(String(state)))

/** Waits until the customer is asked for that. */
export const untilDue = (client: Client, id: string, requirement: string): Promise<Answered> =>
  client.until(`/v1/bank-accounts/${id}`, ({ requirements }) =>
    (requirements as { currently_due: string[] }).currently_due.includes(requirement)
  )

export const idOf = ({ body }: Answered): string => String(body['id'])

/** The types of its history, oldest first. */
export const eventsOf = ({ body }: Answered): string[] =>
  (body['timeline'] as { type: string }[]).map(({ type }) => type)
