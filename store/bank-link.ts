import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { DEPOSITS, requirementOf, type BankLinkState, type HolderMatch, type LinkMethod } from '../domain/bank-link.ts'
import { idOf, type BankAccountId, type CustomerId } from '../domain/ids.ts'
import { proveIbansSql } from './personal.ts'
import { withTasks } from './task.ts'

/** One of the two small amounts on its way; `held` is reserved in our books, and perhaps not even sent. */
export interface Deposit {
  readonly state: 'held' | 'booked'
  /** RFC 3339 in business time: from then on the bank may have it. */
  readonly sent_at: string | null
  readonly bank_reference: string | null
}

/** How an account is being linked, as its record stands; instants are business time. Its id is the bank account's. */
export interface BankLink {
  readonly id: BankAccountId
  readonly state: BankLinkState
  readonly version: number
  readonly customerId: CustomerId
  readonly bank: 'a' | 'b'
  readonly method: LinkMethod
  readonly holderMatch: HolderMatch | null
  readonly holderConfirmed: boolean
  readonly checkingSince: Date | null
  readonly askedSince: Date | null
  readonly tries: number
  /** Sealed: `store/micro-deposits.ts` reads it. */
  readonly amounts: string | null
  readonly deposits: readonly Deposit[]
  readonly declineCode: string | null
  readonly createdAt: Date
}

export const depositsBooked = ({ deposits }: Pick<BankLink, 'deposits'>): number =>
  deposits.filter(({ state }) => state === 'booked').length

export async function findBankLink(db: Kysely<Database>, id: string): Promise<BankLink | undefined> {
  const row = await records(db).where('bank_link.id', '=', id).executeTakeFirst()
  return row && toBankLink(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getBankLink(db: Kysely<Database>, id: string): Promise<BankLink> {
  const link = await findBankLink(db, id)
  if (!link) throw new TypeError(`${id} is not there`)
  return link
}

/** Those of a customer that are under way, oldest first; there are a few at most. */
export async function listOpenBankLinks(db: Kysely<Database>, customerId: CustomerId): Promise<BankLink[]> {
  const rows = await records(db)
    .where('bank_link.customer_id', '=', customerId)
    .where('process.open', '=', true)
    .orderBy('bank_link.created_at')
    .orderBy('bank_link.id')
    .execute()
  return rows.map(toBankLink)
}

const records = (db: Kysely<Database>) =>
  db
    .selectFrom('bank_link')
    .innerJoin('process', 'process.id', 'bank_link.id')
    .selectAll('bank_link')
    .select(['process.state', 'process.version'])

/**
 * The posting queue's statement for whole rows. One with `linked` makes the bank account, and proves its IBAN, in the same
 * transaction: index `personal_data_iban` lets one account at a time have it.
 */
export const bankLinkWriter = {
  kind: 'bank-link',
  sql: withTasks(`, linked as (
    select r.id, r.customer_id, r.bank from jsonb_to_recordset($1::jsonb) r (id text, customer_id text, bank text, linked boolean)
      where r.linked
  ), account as (
    insert into bank_account (id, customer_id, bank, state) select id, customer_id, bank, 'linked' from linked
      on conflict (id) do nothing
  ), proved as (
    ${proveIbansSql('linked')}
  )
    insert into bank_link
      select r.* from jsonb_populate_recordset(null::bank_link, $1::jsonb) r
      on conflict (id) do update set
        holder_match = excluded.holder_match, holder_confirmed = excluded.holder_confirmed,
        checking_since = excluded.checking_since, asked_since = excluded.asked_since, tries = excluded.tries,
        amounts = excluded.amounts, deposits = excluded.deposits, decline_code = excluded.decline_code`)
} as const

/** The row of a record, whole. */
export const toBankLinkRow = (link: BankLink): object => ({
  id: link.id,
  customer_id: link.customerId,
  bank: link.bank,
  method: link.method,
  holder_match: link.holderMatch,
  holder_confirmed: link.holderConfirmed,
  checking_since: link.checkingSince,
  asked_since: link.askedSince,
  tries: link.tries,
  amounts: link.amounts,
  deposits: link.deposits,
  decline_code: link.declineCode,
  created_at: link.createdAt
})

/**
 * A bank account that is or was being linked, as callers see it, without its IBAN and its timeline.
 * @param answerMs how long the customer is waited for.
 * @param triesMax how often the two amounts may be said.
 */
export function toBankLinkView(
  link: BankLink,
  { answer_ms, tries_max }: { readonly answer_ms: number; readonly tries_max: number }
): Record<string, unknown> {
  const { id, state, method, askedSince, tries, declineCode } = link
  const due = requirementOf({ ...link, depositsBooked: depositsBooked(link) })
  const open = state === 'verifying'
  return {
    id,
    object: 'bank_account',
    customer_id: link.customerId,
    bank: link.bank,
    state,
    ...(declineCode !== null && { decline_code: declineCode }),
    method,
    requirements: {
      currently_due: open && due ? [due] : [],
      past_due: state === 'expired' && due ? [due] : [],
      deadline: open && due && askedSince ? new Date(askedSince.getTime() + answer_ms).toISOString() : null
    },
    ...(method === 'micro_deposits' && { attempts_left: Math.max(0, tries_max - tries) })
  }
}

type BankLinkRow = Awaited<ReturnType<ReturnType<typeof records>['executeTakeFirstOrThrow']>>

const toBankLink = (row: BankLinkRow): BankLink => ({
  id: idOf('ban', row.id),
  state: row.state as BankLinkState,
  version: row.version,
  customerId: idOf('cus', row.customer_id),
  bank: row.bank as BankLink['bank'],
  method: row.method as LinkMethod,
  holderMatch: row.holder_match as HolderMatch | null,
  holderConfirmed: row.holder_confirmed,
  checkingSince: row.checking_since,
  askedSince: row.asked_since,
  tries: row.tries,
  amounts: row.amounts,
  deposits: row.deposits as Deposit[],
  declineCode: row.decline_code,
  createdAt: row.created_at
})
export const depositNumbers: readonly number[] = Array.from({ length: DEPOSITS }, (_, index) => index + 1)
