import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { ConcessionKind, ConcessionState } from '../domain/concession.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import {
  idOf,
  type ConcessionId,
  type CustomerId,
  type DisputeId,
  type MerchantId,
  type WalletId
} from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { RecordOf } from './rows.ts'
import { withTasks } from './task.ts'

/** A concession as its record stands; the amount in minor units of `currency`. */
export interface Concession {
  readonly id: ConcessionId
  readonly state: ConcessionState
  /** Of the record: a write names the version that it was decided on. */
  readonly version: number
  readonly kind: ConcessionKind
  readonly merchantId: MerchantId
  /** Of goodwill: for which dispute, and whose. */
  readonly goodwill: {
    readonly disputeId: DisputeId
    readonly customerId: CustomerId
    readonly walletId: WalletId
  } | null
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly reason: string
  readonly requestedBy: string
  readonly declineCode: string | null
  readonly createdAt: Date
}

export async function findConcession(db: Kysely<Database>, id: string): Promise<Concession | undefined> {
  const row = await db
    .selectFrom('concession')
    .innerJoin('process', 'process.id', 'concession.id')
    .selectAll('concession')
    .select(['process.state', 'process.version'])
    .where('concession.id', '=', id)
    .executeTakeFirst()
  return row && toConcession(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getConcession(db: Kysely<Database>, id: string): Promise<Concession> {
  const found = await findConcession(db, id)
  if (!found) throw new TypeError(`${id} is not there`)
  return found
}

/** Whether the dispute was disputed again: then that decides, and not goodwill. */
export async function isFollowed(db: Kysely<Database>, disputeId: string): Promise<boolean> {
  const row = await db.selectFrom('dispute').select('id').where('previous_id', '=', disputeId).executeTakeFirst()
  return row !== undefined
}

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them. */
export const concessionWriter = {
  kind: 'concession',
  sql: withTasks(`
    insert into concession
      select r.* from jsonb_populate_recordset(null::concession, $1::jsonb) r
      on conflict (id) do update set decline_code = excluded.decline_code`)
} as const

/** The row of a record, whole. */
export const toConcessionRow = (concession: Concession): object => ({
  id: concession.id,
  kind: concession.kind,
  merchant_id: concession.merchantId,
  dispute_id: concession.goodwill?.disputeId ?? null,
  customer_id: concession.goodwill?.customerId ?? null,
  wallet_id: concession.goodwill?.walletId ?? null,
  currency: concession.currency,
  amount: concession.amount.toString(),
  reason: concession.reason,
  requested_by: concession.requestedBy,
  decline_code: concession.declineCode,
  created_at: concession.createdAt
})

/** As operators see it, without its timeline: nobody else does. */
export const toConcessionView = (concession: Concession): Record<string, unknown> => ({
  id: concession.id,
  object: 'concession',
  state: concession.state,
  ...(concession.declineCode !== null && { decline_code: concession.declineCode }),
  kind: concession.kind,
  merchant_id: concession.merchantId,
  ...(concession.goodwill && { dispute_id: concession.goodwill.disputeId, wallet_id: concession.goodwill.walletId }),
  amount: toWire(concession),
  reason: concession.reason
})

type ConcessionRow = RecordOf<'concession'>

const toConcession = (row: ConcessionRow): Concession => ({
  id: idOf('con', row.id),
  state: row.state as ConcessionState,
  version: row.version,
  kind: row.kind as ConcessionKind,
  merchantId: idOf('mer', row.merchant_id),
  goodwill:
    row.dispute_id === null
      ? null
      : {
          disputeId: idOf('dsp', row.dispute_id),
          customerId: idOf('cus', row.customer_id!),
          walletId: idOf('wal', row.wallet_id!)
        },
  currency: currency(row.currency),
  amount: row.amount,
  reason: row.reason,
  requestedBy: row.requested_by,
  declineCode: row.decline_code,
  createdAt: row.created_at
})
