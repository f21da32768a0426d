import type { ProcessOracle } from './oracles.ts'
import { wantsEvent } from './webhook-delivery.ts'

const nothingIsPassedOver: ProcessOracle = {
  oracle: 'O10',
  rule: 'every event that an endpoint has asked for, up to where it has read, stands in its log',
  sql: `
    select format('%s was never told %s (%s)', w.id, e.id, e.type) as breach
      from webhook_endpoint w join event e
        on (e.xid, e.seq) > (w.since_xid, w.since_seq) and (e.xid, e.seq) <= (w.cursor_xid, w.cursor_seq)
      where ${wantsEvent}
        and not exists (select from webhook_delivery d where d.endpoint_id = w.id and d.event_id = e.id)
      order by w.id, e.seq limit 1`
}

/** An event's id carries the real time at which it was made. */
const everybodyKeepsUp: ProcessOracle = {
  oracle: 'O10',
  rule: 'an enabled endpoint has read every event that is an hour old',
  sql: `
    select format('%s has not read %s (%s)', w.id, e.id, e.type) as breach
      from webhook_endpoint w join event e on (e.xid, e.seq) > (w.cursor_xid, w.cursor_seq)
      where w.state = 'enabled' and e.xid < pg_snapshot_xmin(pg_current_snapshot())
        and uuid_extract_timestamp(substr(e.id, 5)::uuid) < clock_timestamp() - interval '1 hour'
      order by w.id, e.seq limit 1`
}

const theLogIsTrue: ProcessOracle = {
  oracle: 'O10',
  rule: 'what is delivered was taken, what fails was tried and has a plan, what is undelivered was tried until its end',
  sql: `
    with tried as (
      select endpoint_id, event_id, count(*) as times, count(*) filter (where error is null) as taken from webhook_attempt group by 1, 2
    )
    select format('%s, %s: %s after %s attempts, of which %s were taken', d.endpoint_id, d.event_id, d.state, coalesce(t.times, 0),
        coalesce(t.taken, 0)) as breach
      from webhook_delivery d left join tried t on t.endpoint_id = d.endpoint_id and t.event_id = d.event_id
      where (d.state = 'delivered' and coalesce(t.taken, 0) = 0)
        or (d.state in ('failing', 'undelivered') and (coalesce(t.times, 0) = 0 or d.first_attempt_at is null))
        or (d.state = 'failing' and (d.next_attempt_at is null or d.next_attempt_at > business_now() + interval '30 days'))
        or coalesce(t.times, 0) < d.attempts
      order by d.endpoint_id, d.event_id limit 1`
}

/** What receivers are promised: each event at least once, or its name in the log. */
export const webhookOracles: readonly ProcessOracle[] = [nothingIsPassedOver, everybodyKeepsUp, theLogIsTrue]
