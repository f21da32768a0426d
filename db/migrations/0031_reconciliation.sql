-- Our books beside the banks' statements: what each statement said, what our books expect of it, and what is to be explained.

-- A statement's file as it came, sealed: it names other people's accounts. By the SHA-256 of its bytes.
create table bank_statement_file (
  hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
  format text not null check (format in ('camt053', 'csv')),
  sealed bytea not null,
  received_at timestamptz not null default business_now()
);

-- A bank's day. The row is there before its run: whoever wants the day reconciled makes it.
create table reconciliation (
  id text primary key check (id ~ '^rec_[0-9a-f]{32}$'),
  bank text not null check (bank in ('a', 'b')),
  date date not null,
  source text not null check (source in ('provider', 'import')),
  file_hash text references bank_statement_file,
  -- Of what the statement says, whatever its format; null until it was taken.
  content_hash text,
  -- [{statement_id, currency, opening, closing, lines}]
  accounts jsonb,
  counts jsonb,
  open_items integer not null default 0 check (open_items >= 0),
  -- Why the statement that came last was not taken.
  refusal jsonb,
  asked_by text not null,
  created_at timestamptz not null default business_now(),
  unique (bank, date),
  check ((content_hash is null) = (accounts is null))
) with (fillfactor = 80);
create index reconciliation_listed on reconciliation (date desc, id);
create index reconciliation_statement on reconciliation using gin (accounts jsonb_path_ops);

create table statement_line (
  reconciliation_id text not null references reconciliation,
  position integer not null,
  bank text not null,
  -- The bank's own name of the entry.
  entry text not null,
  reference text not null,
  operation text not null,
  currency text not null,
  -- Below zero when it left our account.
  amount bigint not null,
  booked_on date not null,
  -- Null: not booked yet.
  class text check (class in ('matched', 'missing_here', 'amount_differs', 'duplicate')),
  -- Of the unit that booked it, where it is more than a match.
  unit_key text,
  primary key (reconciliation_id, position)
) with (fillfactor = 80);
create index statement_line_waiting on statement_line (reconciliation_id, position) where class is null;
create index statement_line_entry on statement_line (bank, entry);
create index statement_line_reference on statement_line (bank, reference) where class = 'matched';
create index statement_line_unit on statement_line (unit_key) where unit_key is not null;

-- What our books expect on a bank's statement: every entry of its two accounts that reconciliations did not make themselves.
-- Whatever gives banks instructions is in it by its postings, and needs no line here.
create table bank_expectation (
  bank text not null check (bank in ('a', 'b')),
  rests text not null check (rests in ('transit', 'cash')),
  currency text not null,
  -- Of the entry.
  version bigint not null,
  -- What the bank was told to call it, or calls it itself.
  reference text not null,
  amount bigint not null,
  booked_on date not null,
  state text not null default 'open' check (state in ('open', 'matched', 'adjusted')),
  -- The open item that names it.
  item_id text,
  primary key (bank, rests, currency, version)
) with (fillfactor = 80);
create index bank_expectation_open on bank_expectation (bank, reference) where state = 'open';
create index bank_expectation_item on bank_expectation (item_id) where item_id is not null;

-- What is to be explained, one by one.
create table reconciliation_item (
  id text primary key check (id ~ '^rci_[0-9a-f]{32}$'),
  reconciliation_id text not null references reconciliation,
  class text not null check (class in ('missing_here', 'missing_there', 'amount_differs', 'duplicate')),
  reference text not null,
  currency text not null,
  -- What our books say and what the statement says; null: nothing.
  expected bigint,
  said bigint,
  -- What is to be explained, and on which account it rests meanwhile.
  amount bigint not null check (amount <> 0),
  rests text not null check (rests in ('suspense', 'transit', 'cash')),
  state text not null default 'open' check (state in ('open', 'cleared')),
  opened_on date not null,
  cleared_at timestamptz,
  -- found_here, found_there, or the operator.
  cleared_by text,
  -- Of a manual adjustment: where it went, why, and on which day it counts.
  account text,
  reason text,
  effective_on date,
  unit_key text,
  check ((state = 'cleared') = (cleared_at is not null)),
  check ((account is null) = (effective_on is null))
);
create index reconciliation_item_of on reconciliation_item (reconciliation_id, id);
create index reconciliation_item_open on reconciliation_item (reconciliation_id) where state = 'open';
create index reconciliation_item_reference on reconciliation_item (reference);
create index reconciliation_item_unit on reconciliation_item (unit_key) where unit_key is not null;

-- Months that finance has closed, with what was open then, named.
create table accounting_period (
  month text primary key check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  closed_at timestamptz not null default business_now(),
  closed_by text not null,
  open_items jsonb not null
);
create trigger accounting_period_immutable before update or delete on accounting_period for each row execute function refuse_change();
create trigger accounting_period_no_truncate before truncate on accounting_period for each statement execute function refuse_change();

-- The last line: closing locks the items against changes (share mode), so an adjustment that was decided before and comes
-- after finds the month closed here.
create function refuse_closed_period() returns trigger language plpgsql as $$
begin
  if exists (select from public.accounting_period p where p.month = to_char(new.effective_on, 'YYYY-MM')) then
    raise exception 'the month of % is closed', new.effective_on using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger reconciliation_item_period before update on reconciliation_item for each row
  when (new.effective_on is not null and old.effective_on is null) execute function refuse_closed_period();
