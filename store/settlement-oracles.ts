import type { ProcessOracle } from './oracles.ts'

const payableIsPaid: ProcessOracle = {
  oracle: 'O8',
  rule: 'what is on its way to a merchant is the amount of a settlement that is open, and nothing once it is over',
  sql: `
    select format('%s is %s with %s, and %s are payable in the books', s.id, p.state, s.amount, coalesce(a.credits_posted - a.debits_posted, 0)) as breach
      from settlement s join process p on p.id = s.id
        left join ledger_account a on a.kind = 'settlement_payable' and a.owner = s.id and a.currency = s.currency
      where coalesce(a.credits_posted - a.debits_posted, 0) <> case when p.open then s.amount else 0 end
      order by s.id limit 1`
}

const reservesAreKept: ProcessOracle = {
  oracle: 'O8',
  rule: "a merchant's reserve is what its settlements have taken and not released",
  sql: `
    with said as (
      select merchant_id, currency, sum(reserve) filter (where reserve_released_at is null) as kept from settlement group by 1, 2
    ), booked as (
      select owner, currency, credits_posted - debits_posted as kept from ledger_account where kind = 'merchant_reserve'
    )
    select format('%s: %s taken and not released, %s in the books', coalesce(s.merchant_id, b.owner), coalesce(s.kept, 0), coalesce(b.kept, 0)) as breach
      from said s full join booked b on b.owner = s.merchant_id and b.currency = s.currency
      where coalesce(s.kept, 0) <> coalesce(b.kept, 0) order by 1 limit 1`
}

const entriesAreSettledOnce: ProcessOracle = {
  oracle: 'O8',
  rule: "an entry of a merchant's account is in one settlement at most",
  sql: `
    select format('%s and %s have entries in common', one.id, other.id) as breach
      from settlement one join settlement other on other.merchant_id = one.merchant_id and other.currency = one.currency
        and other.id > one.id and other.entries && one.entries
      order by one.id limit 1`
}

const statementsAddUp: ProcessOracle = {
  oracle: 'O8',
  rule: "a settlement's entries add up to what it says was due, and its lines too",
  sql: `
    with booked as (
      select s.id, sum(e.delta) as due
        from settlement s join ledger_account a on a.kind = 'merchant_payable' and a.owner = s.merchant_id and a.currency = s.currency
          cross join unnest(s.entries) r join entry e on e.account_id = a.id and e.version >= lower(r) and e.version < upper(r)
        group by s.id
    ), said as (
      select s.id, s.due, (select coalesce(sum((l ->> 'amount')::bigint), 0) from jsonb_array_elements(s.lines) l) as lines from settlement s
    )
    select format('%s says %s, its lines make %s, its entries %s', said.id, said.due, said.lines, coalesce(booked.due, 0)) as breach
      from said left join booked on booked.id = said.id
      where said.due <> coalesce(booked.due, 0) or said.due <> said.lines order by said.id limit 1`
}

/** What has to hold of settlements, beside their arrows. */
export const settlementOracles: readonly ProcessOracle[] = [
  payableIsPaid,
  reservesAreKept,
  entriesAreSettledOnce,
  statementsAddUp
]
