import { sql, type RawBuilder } from 'kysely'
import type { Policy } from '../domain/policy/index.ts'
import type { EarlierAmount } from '../domain/risk.ts'

/** More than this in a week is plain to see without a sum. */
const EARLIER_MAX = 500

/**
 * For the facts of a top-up or withdrawal: what the owner of its wallet has lately ordered of the same kind and currency,
 * unless that was declined or taken back; as JSON for `toEarlierAmounts`.
 */
export const earlierAmountsOf = (
  table: 'top_up' | 'withdrawal',
  { walletId, orderId }: { readonly walletId: string; readonly orderId: string },
  risk: Pick<Policy['risk'], 'structuring'> | undefined
): RawBuilder<string | null> => {
  if (!risk) return sql`null`
  const { near_window_ms, sum_window_ms } = risk.structuring
  return sql`
    (select json_agg(json_build_object('amount', amount::text, 'at', created_at))::text from (
      select e.amount, e.created_at from wallet o
        join ${sql.table(table)} e on e.customer_id = o.customer_id and e.currency = o.currency
        join process p on p.id = e.id and p.state not in ('declined', 'canceled', 'expired', 'failed')
      where o.id = ${walletId} and e.id <> ${orderId}
        and e.created_at > business_now() - ${Math.max(near_window_ms, sum_window_ms)} * interval '1 millisecond'
      order by e.created_at desc limit ${EARLIER_MAX}) lately)`
}

/** @param json what `earlierAmountsOf` selected; null where there is nothing. */
export const toEarlierAmounts = (json: string | null): EarlierAmount[] =>
  json === null
    ? []
    : (JSON.parse(json) as { amount: string; at: string }[]).map(({ amount, at }) => ({
        amount: BigInt(amount),
        at: new Date(at)
      }))
