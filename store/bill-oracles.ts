import type { ProcessOracle } from './oracles.ts'

const billersAreOwed: ProcessOracle = {
  oracle: 'O8',
  rule: 'what a biller is owed in the books is what was paid to it and neither settled nor given back before that',
  sql: `
    with said as (
      select biller_id, currency, sum(amount) as amount from (
        select biller_id, currency, amount from bill_payment where network_reference is not null
        union all
        select biller_id, currency, -amount from biller_news where kind = 'settled' or bank is null
      ) moved group by biller_id, currency
    ), owed as (
      select owner as biller_id, currency, credits_posted - debits_posted as amount from ledger_account where kind = 'biller_payable'
    )
    select format('%s: %s %s is owed in the books, and its payments make %s', coalesce(s.biller_id, o.biller_id), coalesce(o.amount, 0),
        coalesce(s.currency, o.currency), coalesce(s.amount, 0)) as breach
      from said s full join owed o on o.biller_id = s.biller_id and o.currency = s.currency
      where coalesce(s.amount, 0) <> coalesce(o.amount, 0)
        -- News that are posted and not taken down yet are taken down by the next sweep.
        and not exists (select from unit u where u.key like 'B__%:book' and not exists (select from biller_news n where n.reference = split_part(u.key, ':', 1)))
      order by coalesce(s.biller_id, o.biller_id) limit 1`
}

const billsArePaidOnce: ProcessOracle = {
  oracle: 'O8',
  rule: 'a bill is claimed by one payment at most, and its counter says so',
  sql: `
    with claimed as (
      select format('bill/%s/%s/%s', biller_id, account_index, bill_reference) as id, count(*) as times
        from bill_payment where claimed and bill_reference is not null group by 1
    ), counted as (select id, used from limit_counter where id like 'bill/%')
    select format('%s is claimed by %s, and counted %s times', coalesce(c.id, k.id), coalesce(c.times, 0), coalesce(k.used, 0)) as breach
      from claimed c full join counted k on k.id = c.id
      where coalesce(c.times, 0) <> coalesce(k.used, 0) or c.times > 1 order by 1 limit 1`
}

export const billOracles: readonly ProcessOracle[] = [billersAreOwed, billsArePaidOnce]
