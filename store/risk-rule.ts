import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency } from '../domain/currencies.ts'
import { idOf } from '../domain/ids.ts'
import type { RiskProcess, RiskRule } from '../domain/risk.ts'

/** A rule with who made it, when and why; removed ones stay, because findings name them. */
export interface StoredRiskRule extends RiskRule {
  readonly reason: string
  readonly createdAt: Date
  readonly removedAt: Date | null
}

/**
 * For the facts of a process: the rules in force that fit its customer (of this column) and those who are paid, as JSON for
 * `toRiskRules`.
 */
export const riskRulesOf = (
  process: RiskProcess,
  customerColumn: string,
  merchantIds: readonly string[] = []
): RawBuilder<string | null> => sql`
  (select json_agg(json_build_object('id', id, 'process', process, 'outcome', outcome, 'customer_id', customer_id,
      'merchant_id', merchant_id, 'currency', currency, 'amount_from', amount_from::text, 'created_by', created_by)
      order by created_at, id)::text
    from risk_rule where removed_at is null and process = ${process}
      and (customer_id is null or customer_id = ${sql.ref(customerColumn)})
      and (merchant_id is null or merchant_id = any (${sql.val(merchantIds)}::text[])))`

/** @param json what `riskRulesOf` selected; null where there is none. */
export const toRiskRules = (json: string | null): RiskRule[] =>
  json === null ? [] : (JSON.parse(json) as RuleRow[]).map(toRiskRule)

export async function insertRiskRule(
  transaction: Transaction<Database>,
  rule: RiskRule & { readonly reason: string }
): Promise<StoredRiskRule> {
  const row = await transaction
    .insertInto('risk_rule')
    .values({
      id: rule.id,
      process: rule.process,
      outcome: rule.outcome,
      customer_id: rule.customerId,
      merchant_id: rule.merchantId,
      currency: rule.from?.currency ?? null,
      amount_from: rule.from?.amount ?? null,
      reason: rule.reason,
      created_by: rule.createdBy
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toStored(row)
}

/** @returns undefined when there is none in force. */
export async function removeRiskRule(
  transaction: Transaction<Database>,
  id: string,
  removedBy: string
): Promise<StoredRiskRule | undefined> {
  const row = await transaction
    .updateTable('risk_rule')
    .set({ removed_by: removedBy, removed_at: sql<Date>`business_now()` })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row && toStored(row)
}

export async function findRiskRule(db: Kysely<Database>, id: string): Promise<StoredRiskRule | undefined> {
  const row = await db.selectFrom('risk_rule').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toStored(row)
}

/** Those in force, newest first. */
export async function listRiskRules(
  db: Kysely<Database>,
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<(StoredRiskRule & { readonly place: readonly [string, string] })[]> {
  const rows = await db
    .selectFrom('risk_rule')
    .selectAll()
    .select(sql<string>`created_at::text`.as('created_text'))
    .where('removed_at', 'is', null)
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${before!.createdAt}::timestamptz, ${before!.id})`)
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...toStored(row), place: [row.created_text, row.id] }))
}

interface RuleRow {
  id: string
  process: string
  outcome: string
  customer_id: string | null
  merchant_id: string | null
  currency: string | null
  amount_from: bigint | string | null
  created_by: string
}

const toRiskRule = (row: RuleRow): RiskRule => ({
  id: idOf('rsk', row.id),
  process: row.process as RiskProcess,
  outcome: row.outcome as RiskRule['outcome'],
  customerId: row.customer_id === null ? null : idOf('cus', row.customer_id),
  merchantId: row.merchant_id === null ? null : idOf('mer', row.merchant_id),
  from: row.currency === null ? null : { amount: BigInt(row.amount_from!), currency: currency(row.currency) },
  createdBy: row.created_by
})

const toStored = (row: RuleRow & { reason: string; created_at: Date; removed_at: Date | null }): StoredRiskRule => ({
  ...toRiskRule(row),
  reason: row.reason,
  createdAt: row.created_at,
  removedAt: row.removed_at
})
