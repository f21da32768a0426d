import type { ProcessOracle } from './oracles.ts'

const refundsAreOnTheirPayment: ProcessOracle = {
  oracle: 'O8',
  rule: 'what a payment says is refunded is what its refunds give back that are not over for nothing, of each share as well',
  sql: `
    with live as (
      select r.payment_id, r.amount, r.parts from refund r join process p on p.id = r.id where p.state not in ('canceled', 'failed')
    ), given as (
      select l.payment_id, g.merchant_id, sum(g.amount) as amount
        from live l cross join jsonb_to_recordset(l.parts) g (merchant_id text, amount bigint) group by 1, 2
    ), share as (
      select p.id, s.merchant_id, coalesce(s.refunded, 0) as refunded
        from payment p cross join jsonb_to_recordset(p.splits) s (merchant_id text, refunded bigint) where p.splits is not null
    )
    select format('%s: %s', id, what) as breach from (
      select p.id, format('says %s refunded, and its refunds make %s', p.refunded, coalesce(l.amount, 0)) as what
        from payment p left join (select payment_id, sum(amount) as amount from live group by 1) l on l.payment_id = p.id
        where p.refunded <> coalesce(l.amount, 0)
      union all
      select s.id, format('%s is said to have given back %s, and its refunds make %s', s.merchant_id, s.refunded, coalesce(g.amount, 0))
        from share s left join given g on g.payment_id = s.id and g.merchant_id = s.merchant_id
        where s.refunded <> coalesce(g.amount, 0)
    ) breaches order by id limit 1`
}

const refundsAreBooked: ProcessOracle = {
  oracle: 'O8',
  rule: 'each merchant has given in the books what the refunds say that are not waiting, and what is reserved for one is on its way',
  sql: `
    with moved as (
      select r.*, p.state from refund r join process p on p.id = r.id where p.state in ('processing', 'succeeded')
    ), said as (
      select m.id, g.merchant_id, g.amount
        from moved m cross join jsonb_to_recordset(m.parts) g (merchant_id text, amount bigint) where g.amount > 0
    ), booked as (
      select split_part(u.key, ':', 1) as id, a.owner as merchant_id,
          sum(case when a.id = p.debit_account then p.amount else -p.amount end) as amount
        from posting p join unit u on u.id = p.unit_id join ledger_account a on a.id in (p.debit_account, p.credit_account)
        where a.kind = 'merchant_payable' and p.code in ('refund', 'refund.reserve', 'refund.share', 'refund.commission') group by 1, 2
    ), reserved as (
      select owner as id, credits_posted - debits_posted as amount from ledger_account where kind = 'refund_payable'
    )
    select format('%s: %s', id, what) as breach from (
      select coalesce(s.id, b.id) as id, format('%s gives %s, and gave %s in the books', coalesce(s.merchant_id, b.merchant_id),
          coalesce(s.amount, 0), coalesce(b.amount, 0)) as what
        from said s full join booked b on b.id = s.id and b.merchant_id = s.merchant_id
        where coalesce(s.amount, 0) <> coalesce(b.amount, 0)
      union all
      select coalesce(m.id, r.id), format('%s is reserved, and it is %s', coalesce(r.amount, 0), coalesce(m.state, 'not there'))
        from moved m full join reserved r on r.id = m.id
        where coalesce(r.amount, 0) <> case when m.state = 'processing' then m.amount else 0 end
    ) breaches order by id limit 1`
}

const disputesSayWhatIsDisputed: ProcessOracle = {
  oracle: 'O8',
  rule: 'what is disputed of a payment is what its disputes are about that are open, or were lost',
  sql: `
    select format('%s says %s disputed, and its disputes %s', p.id, p.disputed, coalesce(sum(d.amount), 0)) as breach
      from payment p left join dispute d on d.payment_id = p.id and not d.released
      where p.disputed > 0 or d.id is not null
      group by p.id having p.disputed <> coalesce(sum(d.amount), 0) order by p.id limit 1`
}

const disputesHoldWhatTheySay: ProcessOracle = {
  oracle: 'O8',
  rule: 'a dispute holds its reserve until it is decided, and its credit until it is over; one that is over holds nothing',
  sql: `
    with said as (
      select d.id, a.kind, a.expected from dispute d join process p on p.id = d.id cross join lateral (values
        -- Of a chargeback the acquirer has it, until it gives it back.
        ('dispute_reserve', case when p.open and not d.released and (d.chargeback_id is null or d.ending = 'won') then d.amount else 0 end),
        ('provisional_credit', case when p.open and d.credited_at is not null then d.amount else 0 end)) a (kind, expected)
    ), booked as (
      select owner as id, kind, case kind when 'dispute_reserve' then credits_posted - debits_posted else debits_posted - credits_posted end as amount
        from ledger_account where kind in ('dispute_reserve', 'provisional_credit')
    )
    select format('%s: %s is %s instead of %s', coalesce(s.id, b.id), coalesce(s.kind, b.kind), coalesce(b.amount, 0), coalesce(s.expected, 0)) as breach
      from said s full join booked b on b.id = s.id and b.kind = s.kind
      where coalesce(s.expected, 0) <> coalesce(b.amount, 0) order by coalesce(s.id, b.id) limit 1`
}

/** What refunds and disputes leave on payments and in the books. */
export const moneyBackOracles: readonly ProcessOracle[] = [
  refundsAreOnTheirPayment,
  refundsAreBooked,
  disputesSayWhatIsDisputed,
  disputesHoldWhatTheySay
]
