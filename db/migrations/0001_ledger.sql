-- The books. Money is written by one function, post_units (0004), and by nothing else: the application role may only
-- read these tables, and triggers refuse UPDATE, DELETE and TRUNCATE of what is history even to the owner.

-- Business time: the database clock plus an offset that only local and test mode can move.
create table business_clock (
  singleton boolean primary key default true check (singleton),
  offset_ms bigint not null default 0
);
insert into business_clock default values;

create function business_now() returns timestamptz
  language sql volatile
  return clock_timestamp() + (select offset_ms from business_clock) * interval '1 millisecond';

create function set_business_clock(new_offset_ms bigint) returns void
  language sql security definer set search_path = public, pg_temp
  as $$ update business_clock set offset_ms = new_offset_ms $$;

-- The chart of accounts; domain/account-kinds.ts is the same table, and a test holds them together.
create table ledger_account_kind (
  kind text primary key,
  side "char" not null check (side in ('D', 'C')),
  floor boolean not null
);
insert into ledger_account_kind (kind, side, floor) values
  ('bank_cash', 'D', false), ('bank_in_transit', 'D', false),
  ('customer_receivable', 'D', true), ('merchant_receivable', 'D', true), ('micro_deposit_receivable', 'D', true),
  ('provisional_credit', 'D', true), ('sponsor_receivable', 'D', false),
  ('loan_principal', 'D', true), ('loan_interest_receivable', 'D', true), ('loan_fee_receivable', 'D', true),
  ('loan_allowance', 'C', false),
  ('wallet', 'C', true), ('merchant_payable', 'C', true), ('merchant_reserve', 'C', true),
  ('transfer_escrow', 'C', true), ('refund_payable', 'C', true), ('settlement_payable', 'C', true),
  ('biller_payable', 'C', true), ('remittance_payable', 'C', true), ('dispute_reserve', 'C', true),
  ('rewards_pending', 'C', true), ('rewards_available', 'C', true),
  ('suspense', 'C', false), ('fx_position', 'C', false),
  ('fee_income', 'C', false), ('fx_spread_income', 'C', false), ('interest_income', 'C', false),
  ('recovery_income', 'C', false), ('breakage_income', 'C', false),
  ('rewards_expense', 'D', false), ('credit_loss_expense', 'D', false), ('dispute_loss_expense', 'D', false),
  ('bank_fee_expense', 'D', false), ('micro_deposit_expense', 'D', false),
  ('capital', 'C', false);

create table ledger_account (
  id bigint generated always as identity primary key,
  kind text not null references ledger_account_kind,
  owner text not null check (length(owner) <= 100),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- Copied from the kind when the account is opened: the CHECK below and the posting function read them under the lock.
  side "char" not null,
  floor boolean not null,
  debits_posted bigint not null default 0 check (debits_posted >= 0),
  credits_posted bigint not null default 0 check (credits_posted >= 0),
  debits_pending bigint not null default 0 check (debits_pending >= 0),
  credits_pending bigint not null default 0 check (credits_pending >= 0),
  version bigint not null default 0, -- of the newest entry
  last_posted_at timestamptz not null default '-infinity', -- posted_at never falls as version rises, whatever the clock does
  opened_at timestamptz not null default clock_timestamp(),
  unique (kind, owner, currency),
  -- The last line: whatever a function gets wrong, a floored account cannot go below zero available.
  constraint available_not_negative check (
    not floor
    or (side = 'C' and credits_posted - debits_posted - debits_pending >= 0)
    or (side = 'D' and debits_posted - credits_posted - credits_pending >= 0))
) with (fillfactor = 50); -- room for HOT updates: a hot account is rewritten once a batch

create sequence unit_id_seq;

-- One row a unit of work, for ever: the key, what was asked (fingerprint), and what was answered.
create table unit (
  key text primary key check (length(key) between 1 and 300),
  id bigint not null unique,
  fingerprint text not null,
  refusal text,            -- null: posted
  data jsonb,              -- of the refusal
  reason text,             -- of a correction
  posted_at timestamptz not null
);

-- The double entry: one row has both sides, so it cannot be unbalanced.
-- The id holds its unit's and the place within (4,096 at most), so a unit's postings are a range of the primary key.
create table posting (
  id bigint primary key,
  unit_id bigint generated always as (id / 4096) virtual,
  op text not null check (op in ('post', 'hold', 'post_hold', 'void_hold', 'expire_hold')),
  code text not null,
  debit_account bigint not null,
  credit_account bigint not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  hold_id text,
  effective_at timestamptz not null,
  posted_at timestamptz not null,
  check (debit_account <> credit_account),
  check ((op = 'post') = (hold_id is null))
);
create index posting_hold on posting (hold_id) where hold_id is not null;

-- A posting seen from one account. Gaps in `version` are impossible by the key and the account's counter.
create table entry (
  account_id bigint not null,
  version bigint not null,
  posting_id bigint not null,
  delta bigint not null check (delta <> 0),
  balance_after bigint not null,
  effective_at timestamptz not null,
  posted_at timestamptz not null,
  primary key (account_id, version)
);

-- What is left of a hold; its history is the postings that name it. Touched only under the locks of both its accounts.
create table hold (
  id text primary key check (length(id) <= 200),
  posting_id bigint not null,
  debit_account bigint not null,
  credit_account bigint not null,
  currency text not null,
  code text not null,
  amount bigint not null check (amount > 0),
  posted bigint not null default 0 check (posted >= 0),
  released bigint not null default 0 check (released >= 0),
  expires_at timestamptz,
  check (posted + released <= amount)
);
create index hold_open on hold (expires_at) where posted + released < amount;

-- What limits count: one row a subject and window, moved under lock in the same unit as the money.
create table limit_counter (
  id text primary key check (length(id) <= 200),
  used bigint not null check (used >= 0)
) with (fillfactor = 50);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: correct it by a reversing unit', tg_table_name using errcode = 'insufficient_privilege';
end $$;

create function refuse_account_change() returns trigger language plpgsql as $$
begin
  raise exception 'what a ledger account is never changes' using errcode = 'insufficient_privilege';
end $$;

create trigger ledger_account_fixed before update on ledger_account for each row
  when (old.id <> new.id or old.kind <> new.kind or old.owner <> new.owner or old.currency <> new.currency
    or old.side <> new.side or old.floor <> new.floor or new.version < old.version)
  execute function refuse_account_change();

do $$
declare history text;
begin
  foreach history in array array['unit', 'posting', 'entry'] loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', history || '_immutable', history);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', history || '_no_truncate', history);
  end loop;
  foreach history in array array['ledger_account', 'hold', 'limit_counter'] loop
    execute format('create trigger %I before delete on %I for each row execute function refuse_change()', history || '_no_delete', history);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', history || '_no_truncate', history);
  end loop;
end $$;

-- Opens the account when it is not there, and answers its id. No money moves.
create function open_ledger_account(p_kind text, p_owner text, p_currency text) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found bigint;
begin
  select id into found from ledger_account where kind = p_kind and owner = p_owner and currency = p_currency;
  if found is not null then return found; end if;
  insert into ledger_account (kind, owner, currency, side, floor)
    select p_kind, p_owner, p_currency, side, floor from ledger_account_kind where kind = p_kind
    on conflict (kind, owner, currency) do nothing
    returning id into found;
  if found is null then
    select id into found from ledger_account where kind = p_kind and owner = p_owner and currency = p_currency;
  end if;
  if found is null then raise exception 'no such kind of ledger account: %', p_kind using errcode = 'foreign_key_violation'; end if;
  return found;
end $$;

-- The newest entry version of an account at an instant of the books: posted_at never falls as version rises (it is read
-- under the account's lock), so a binary search over the primary key needs no index of its own.
create function entry_version_at(p_account bigint, p_at timestamptz) returns bigint
  language plpgsql stable as $$
declare
  low bigint := 0;
  high bigint;
  middle bigint;
  at_middle timestamptz;
begin
  select version into high from ledger_account where id = p_account;
  while low < high loop
    middle := (low + high + 1) / 2;
    select posted_at into at_middle from entry where account_id = p_account and version = middle;
    if at_middle <= p_at then low := middle; else high := middle - 1; end if;
  end loop;
  return low;
end $$;
