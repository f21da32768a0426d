import type { ProcessOracle } from './oracles.ts'

/** What was booked on a bank's accounts and no statement has shown: taken down as expected, or later than that. */
const unshown = (kind: string, rests: string): string => `
    select a.owner as bank, a.currency, a.debits_posted - a.credits_posted as balance,
        coalesce((select sum(x.amount) from bank_expectation x
          where x.bank = a.owner and x.rests = '${rests}' and x.currency = a.currency and x.state = 'open'), 0)
        + coalesce((select sum(e.delta) from entry e join posting p on p.id = e.posting_id
          where e.account_id = a.id and p.code not like 'reconciliation.%' and e.version > coalesce((select max(x.version)
            from bank_expectation x where x.bank = a.owner and x.rests = '${rests}' and x.currency = a.currency), 0)), 0) as unshown
      from ledger_account a where a.kind = '${kind}' and a.owner in ('a', 'b')`

const cashIsTheStatement: ProcessOracle = {
  oracle: 'O4',
  rule: "a bank's cash is the closing balance of its last reconciled statement, and what was booked there by others since",
  sql: `
    with last as (
      select distinct on (r.bank) r.bank, r.date, r.accounts, p.state from reconciliation r join process p on p.id = r.id
        where r.accounts is not null and p.state <> 'importing' order by r.bank, r.date desc
    ), stated as (
      select l.bank, l.date, a.currency, a.closing from last l cross join jsonb_to_recordset(l.accounts) a (currency text, closing bigint)
        where l.state in ('balanced', 'open_items')
    ), cash as (${unshown('bank_cash', 'cash')})
    select format('bank %s: %s %s of cash, and the statement of %s closed with %s, %s not shown', s.bank, coalesce(c.balance, 0), s.currency, s.date,
        s.closing, coalesce(c.unshown, 0)) as breach
      from stated s left join cash c on c.bank = s.bank and c.currency = s.currency
      where coalesce(c.balance, 0) <> s.closing + coalesce(c.unshown, 0) order by s.bank, s.currency limit 1`
}

const transitIsWaitedFor: ProcessOracle = {
  oracle: 'O4',
  rule: 'what is in transit at a bank is exactly what no statement of it has shown',
  sql: `
    select format('bank %s: %s %s in transit, and %s not shown', t.bank, t.balance, t.currency, t.unshown) as breach
      from (${unshown('bank_in_transit', 'transit')}) t where t.balance <> t.unshown order by t.bank, t.currency limit 1`
}

const openItemsAreCounted: ProcessOracle = {
  oracle: 'O8',
  rule: 'a reconciliation has as many open items as it says, and none once it is balanced',
  sql: `
    select format('%s (%s) says %s, and %s are open', r.id, coalesce(p.state, 'not begun'), r.open_items, count(i.id)) as breach
      from reconciliation r left join process p on p.id = r.id
        left join reconciliation_item i on i.reconciliation_id = r.id and i.state = 'open'
      group by r.id, p.state having r.open_items <> count(i.id) or (p.state = 'balanced' and count(i.id) > 0) order by r.id limit 1`
}

/** What the banks' statements say of the books. */
export const reconciliationOracles: readonly ProcessOracle[] = [
  cashIsTheStatement,
  transitIsWaitedFor,
  openItemsAreCounted
]
