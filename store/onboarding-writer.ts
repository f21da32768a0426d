import type { TargetTier } from '../domain/onboarding.ts'
import { withTasks } from './task.ts'

/**
 * What becomes of the customer with a unit: a tier by approval; suspended, and active again, by a periodic review. A
 * merchant is activated instead.
 */
export interface OwnerChange {
  readonly tier?: TargetTier
  readonly activate?: boolean
  readonly suspend?: boolean
  readonly lift?: boolean
}

/**
 * The posting queue's statement for whole rows. The customer or merchant changes in the same transaction, and what a screening found
 * is kept; two records of one customer in a batch change them once.
 */
export const onboardingWriter = {
  kind: 'onboarding',
  sql: withTasks(`, changes as (
    select customer_id, max((change ->> 'tier')::smallint) as tier, coalesce(bool_or((change ->> 'suspend')::boolean), false) as suspend,
        coalesce(bool_or((change ->> 'lift')::boolean), false) as lift
      from jsonb_to_recordset($1::jsonb) r (customer_id text, change jsonb) where customer_id is not null and change is not null group by customer_id
  ), changed as (
    update customer c set tier = greatest(c.tier, x.tier), updated_at = clock_timestamp(),
        state = case
          when x.suspend and c.state = 'active' then 'suspended'
          when x.lift and c.state = 'suspended' then 'active'
          when x.tier is not null and c.state = 'registered' then 'active'
          else c.state end
      from changes x where c.id = x.customer_id
  ), merchant_changes as (
    select merchant_id, coalesce(bool_or((change ->> 'activate')::boolean), false) as activate,
        coalesce(bool_or((change ->> 'suspend')::boolean), false) as suspend,
        coalesce(bool_or((change ->> 'lift')::boolean), false) as lift
      from jsonb_to_recordset($1::jsonb) r (merchant_id text, change jsonb)
      where merchant_id is not null and change is not null group by merchant_id
  ), merchants_changed as (
    update merchant m set
        state = case
          when x.suspend and m.state = 'active' then 'suspended'
          when x.lift and m.suspended_by = 'review' then 'active'
          when x.activate and m.state = 'pending' then 'active'
          else m.state end,
        suspended_by = case
          when x.suspend and m.state = 'active' then 'review'
          when x.lift and m.suspended_by = 'review' then null
          else m.suspended_by end
      from merchant_changes x where m.id = x.merchant_id
  ), merchants_screened as (
    insert into merchant_screening (merchant_id, list_version, score_bps, screened_at)
      select distinct on (merchant_id) merchant_id, findings -> 'screening' ->> 'list_version',
          round((findings -> 'screening' ->> 'score')::numeric * 10000)::integer, verifying_since
        from jsonb_to_recordset($1::jsonb) r (merchant_id text, findings jsonb, verifying_since timestamptz)
        where merchant_id is not null and findings is not null and findings <> 'null'::jsonb
        order by merchant_id, verifying_since desc
      on conflict (merchant_id) do update set
        list_version = excluded.list_version, score_bps = excluded.score_bps, screened_at = excluded.screened_at
        where merchant_screening.screened_at < excluded.screened_at
  ), screened as (
    insert into screening (customer_id, list_version, score_bps, screened_at)
      select distinct on (customer_id) customer_id, findings -> 'screening' ->> 'list_version',
          round((findings -> 'screening' ->> 'score')::numeric * 10000)::integer, verifying_since
        from jsonb_to_recordset($1::jsonb) r (customer_id text, findings jsonb, verifying_since timestamptz)
        where customer_id is not null and findings is not null and findings <> 'null'::jsonb order by customer_id, verifying_since desc
      on conflict (customer_id) do update set
        list_version = excluded.list_version, score_bps = excluded.score_bps, screened_at = excluded.screened_at
        where screening.screened_at < excluded.screened_at
  )
    insert into onboarding
      select r.* from jsonb_populate_recordset(null::onboarding, $1::jsonb) r
      on conflict (id) do update set
        given = excluded.given, extra = excluded.extra, collecting_since = excluded.collecting_since,
        reminders = excluded.reminders, verifying_since = excluded.verifying_since, review_since = excluded.review_since,
        findings = excluded.findings, verdict = excluded.verdict, reviews = excluded.reviews`)
} as const
