import { randomInt, randomUUID } from 'node:crypto'
import { ibanAt } from '../../domain/iban.ts'
import { waitUntil } from '../../local/wait-until.ts'
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

/** What the bank has pushed to the account, as its holder reads it there. */
export async function pushedTo({ sandbox }: Coffer, bank: 'a' | 'b', iban: string): Promise<string[]> {
  const { lines } = await sandbox.journal(bank)
  return lines.filter((line) => line.iban === iban && line.operation === 'push').map(({ amount }) => amount)
}

/** What micro-deposits have not come back, and have cost, in US cents. */
export async function microBalances({ db }: Coffer): Promise<{ receivable: bigint; expense: bigint }> {
  const rows = await db
    .selectFrom('ledger_account')
    .select(['kind', 'debits_posted', 'credits_posted'])
    .where('kind', 'in', ['micro_deposit_receivable', 'micro_deposit_expense'])
    .execute()
  const of = (wanted: string) => {
    const row = rows.find(({ kind }) => kind === wanted)
    return row ? row.debits_posted - row.credits_posted : 0n
  }
  return { receivable: of('micro_deposit_receivable'), expense: of('micro_deposit_expense') }
}

/** Waits until the pull that brings the account's deposits back has ended so. */
export const untilRecovered = ({ db }: Coffer, accountId: string, state: 'succeeded' | 'declined'): Promise<void> =>
  waitUntil(
    async () => {
      const id = accountId.replace('ban_', 'mdr_')
      const row = await db.selectFrom('process').select('state').where('id', '=', id).executeTakeFirst()
      return row?.state === state
    },
    { limitMs: 30_000, otherwise: `the deposits of ${accountId} were not ${state}` }
  )
