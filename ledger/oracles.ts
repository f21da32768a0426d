/**
 * What has to hold in the books (O1–O3), each as one read-only statement that answers nothing, or the first
 * row that breaks it, in words. `cli/verify` and the tests run them.
 */
export interface BookOracle {
  readonly oracle: 'O1' | 'O2' | 'O3'
  /** What holds, as a sentence. */
  readonly rule: string
  /** At most one row with one column, `breach`. */
  readonly sql: string
}

/** `wallet:wal_…:USD`; null where there is no such account. */
const name = (alias: string): string =>
  `nullif(concat_ws(':', ${alias}.kind, nullif(${alias}.owner, ''), ${alias}.currency), '')`

/** A posting seen from each of its accounts: what it does to the balance and to what is available, on the account's side. */
const sides = `
  select p.id, p.op, a.id as account_id, a.kind, a.owner, a.currency, a.side, a.floor, p.amount, p.posted_at, p.effective_at,
    case when p.op not in ('post', 'post_hold') then 0 when (a.side = 'D') = debit then p.amount else -p.amount end as delta,
    case
      when p.op = 'post' or (p.op = 'post_hold' and (a.side = 'D') = debit) then case when (a.side = 'D') = debit then p.amount else -p.amount end
      when (a.side = 'D') = debit then 0
      when p.op = 'hold' then -p.amount
      when p.op = 'post_hold' then 0
      else p.amount
    end as available_delta
  from posting p
  cross join lateral (values (p.debit_account, true), (p.credit_account, false)) s (account_id, debit)
  join ledger_account a on a.id = s.account_id`

const balanced: BookOracle = {
  oracle: 'O1',
  rule: 'per currency, debits equal credits, posted and pending',
  sql: `
    select format('%s: debits %s and credits %s posted, %s and %s pending', currency, sum(debits_posted), sum(credits_posted), sum(debits_pending), sum(credits_pending)) as breach
      from ledger_account group by currency
      having sum(debits_posted) <> sum(credits_posted) or sum(debits_pending) <> sum(credits_pending) order by currency limit 1`
}

const countersReplay: BookOracle = {
  oracle: 'O2',
  rule: "an account's counters equal the replay of its postings",
  sql: `
    with replay as (
      select account_id,
          sum(amount) filter (where debit and op in ('post', 'post_hold')) as dp, sum(amount) filter (where not debit and op in ('post', 'post_hold')) as cp,
          sum(case op when 'hold' then amount when 'post' then 0 else -amount end) filter (where debit) as dpend,
          sum(case op when 'hold' then amount when 'post' then 0 else -amount end) filter (where not debit) as cpend
        from posting p cross join lateral (values (debit_account, true), (credit_account, false)) s (account_id, debit) group by account_id)
    select format('%s: counters %s/%s posted and %s/%s pending, its postings make %s/%s and %s/%s', coalesce(${name('a')}, 'account ' || account_id),
        debits_posted, credits_posted, debits_pending, credits_pending, coalesce(dp, 0), coalesce(cp, 0), coalesce(dpend, 0), coalesce(cpend, 0)) as breach
      from ledger_account a full join replay r on r.account_id = a.id
      where a.id is null or (debits_posted, credits_posted, debits_pending, credits_pending) <> (coalesce(dp, 0), coalesce(cp, 0), coalesce(dpend, 0), coalesce(cpend, 0))
      order by a.id limit 1`
}

const pendingIsOpenHolds: BookOracle = {
  oracle: 'O2',
  rule: "an account's pending amounts equal its open holds",
  sql: `
    with open as (
      select account_id, sum(amount - posted - released) filter (where debit) as d, sum(amount - posted - released) filter (where not debit) as c
        from hold h cross join lateral (values (debit_account, true), (credit_account, false)) s (account_id, debit) group by account_id)
    select format('%s: %s/%s pending, its open holds make %s/%s', ${name('a')}, debits_pending, credits_pending, coalesce(d, 0), coalesce(c, 0)) as breach
      from ledger_account a left join open o on o.account_id = a.id
      where (debits_pending, credits_pending) <> (coalesce(d, 0), coalesce(c, 0)) order by a.id limit 1`
}

const holdsReplay: BookOracle = {
  oracle: 'O2',
  rule: 'a hold was made by one posting, and is posted and released by the postings that name it',
  sql: `
    with replay as (
      select hold_id, count(*) filter (where op = 'hold') as made, min(id) filter (where op = 'hold') as id, sum(amount) filter (where op = 'hold') as amount,
          coalesce(sum(amount) filter (where op = 'post_hold'), 0) as posted, coalesce(sum(amount) filter (where op in ('void_hold', 'expire_hold')), 0) as released,
          count(distinct (debit_account, credit_account, currency)) as sides, min(debit_account) as debit_account, min(credit_account) as credit_account, min(currency) as currency,
          min(id) filter (where op <> 'hold') as resolved
        from posting where op <> 'post' group by hold_id)
    select format('hold %s: %s of %s posted, %s released; its postings make %s of %s and %s', coalesce(h.id, hold_id), h.posted, h.amount, h.released, r.posted, r.amount, r.released) as breach
      from hold h full join replay r on r.hold_id = h.id
      where h.id is null or hold_id is null or made <> 1 or sides <> 1 or h.posting_id <> r.id or resolved < r.id
        or (h.amount, h.posted, h.released, h.debit_account, h.credit_account, h.currency) <> (r.amount, r.posted, r.released, r.debit_account, r.credit_account, r.currency)
      order by coalesce(h.id, hold_id) limit 1`
}

const accountsAreTheirKind: BookOracle = {
  oracle: 'O2',
  rule: "an account's side and floor are its kind's",
  sql: `
    select format('%s: side %s, floor %s; its kind has %s, %s', ${name('a')}, a.side, a.floor, k.side, k.floor) as breach
      from ledger_account a left join ledger_account_kind k using (kind)
      where k.kind is null or a.side <> k.side or a.floor <> k.floor order by a.id limit 1`
}

const postingsAreWhole: BookOracle = {
  oracle: 'O2',
  rule: 'a posting belongs to a posted unit, and to two accounts of its currency',
  sql: `
    select format('posting %s of unit %s (%s): %s %s from account %s to %s', p.id, coalesce(u.key, p.unit_id || ', which is not there'), coalesce(u.refusal, 'posted'), p.amount, p.currency, p.debit_account, p.credit_account) as breach
      from posting p left join unit u on u.id = p.unit_id
      left join ledger_account d on d.id = p.debit_account left join ledger_account c on c.id = p.credit_account
      where u.id is null or u.refusal is not null or u.posted_at <> p.posted_at or d.currency is distinct from p.currency or c.currency is distinct from p.currency
      order by p.id limit 1`
}

const versionsAreGapless: BookOracle = {
  oracle: 'O3',
  rule: "an account's entries are its versions 1, 2, 3 … up to the newest",
  sql: `
    select format('%s: %s entries from version %s to %s; the account is at %s', coalesce(${name('a')}, 'account ' || e.account_id), coalesce(n, 0), low, high, a.version) as breach
      from ledger_account a
      full join (select account_id, count(*) as n, min(version) as low, max(version) as high from entry group by account_id) e on e.account_id = a.id
      where a.id is null or a.version <> coalesce(n, 0) or low <> 1 or high <> a.version order by a.id limit 1`
}

const entriesChain: BookOracle = {
  oracle: 'O3',
  rule: "an entry's balance is the one before plus its delta, the last one is the account's, and time never runs backwards",
  sql: `
    with chain as (
      select e.*, lag(balance_after, 1, 0::bigint) over w as before, lag(posted_at) over w as posted_before
        from entry e window w as (partition by account_id order by version))
    select format('%s, version %s: %s then %s makes %s', ${name('a')}, e.version, before, delta, balance_after) as breach
      from chain e join ledger_account a on a.id = e.account_id
      where balance_after::numeric <> before::numeric + delta or posted_at < posted_before
        or (e.version = a.version and balance_after <> case when a.side = 'D' then debits_posted - credits_posted else credits_posted - debits_posted end)
      order by account_id, e.version limit 1`
}

const entriesMirrorPostings: BookOracle = {
  oracle: 'O3',
  rule: 'a posting has one entry on each of its accounts, of its amount and on its side, in the order of the postings',
  sql: `
    with expected as (
      select s.*, row_number() over (partition by account_id order by id) as version from (${sides}) s where delta <> 0)
    select format('%s, version %s: entry of posting %s by %s, expected posting %s by %s',
        coalesce(${name('x')}, 'account ' || e.account_id), coalesce(x.version, e.version), e.posting_id, e.delta, x.id, x.delta) as breach
      from expected x full join entry e on e.account_id = x.account_id and e.version = x.version
      where e.account_id is null or x.account_id is null
        or (e.posting_id, e.delta, e.posted_at, e.effective_at) <> (x.id, x.delta, x.posted_at, x.effective_at)
      order by coalesce(x.account_id, e.account_id), coalesce(x.version, e.version) limit 1`
}

const neverBelowZero: BookOracle = {
  oracle: 'O3',
  rule: 'no account with a floor was ever below zero available, after any posting',
  sql: `
    with running as (
      select s.*, sum(available_delta) over (partition by account_id order by id) as available from (${sides}) s where floor)
    select format('%s: %s available after posting %s', ${name('r')}, available, id) as breach
      from running r where available < 0 order by id limit 1`
}

export const bookOracles: readonly BookOracle[] = [
  balanced,
  countersReplay,
  pendingIsOpenHolds,
  holdsReplay,
  accountsAreTheirKind,
  postingsAreWhole,
  versionsAreGapless,
  entriesChain,
  entriesMirrorPostings,
  neverBelowZero
]
