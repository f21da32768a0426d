-- A mandate: bills of one account at a biller that pay themselves. Its occurrences are bill payments, one a period; of those
-- to come only the next one stands here, the rest follows from the rule.

create table mandate (
  id text primary key check (id ~ '^man_[0-9a-f]{32}$'),
  customer_id text not null,
  wallet_id text not null,
  biller_id text not null references biller,
  -- The keyed index of the account number, which stands in personal_data under this id.
  account_index text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_type text not null check (amount_type in ('fixed', 'bill_up_to')),
  amount bigint not null check (amount > 0),
  -- Of the next occurrence alone.
  amount_once bigint check (amount_once > 0),
  rule jsonb not null,
  days_before_due integer not null check (days_before_due between 0 and 30),
  zone text not null,
  debit_time text not null check (debit_time ~ '^[0-9]{2}:[0-9]{2}$'),
  holiday text not null check (holiday in ('before', 'after', 'on')),
  start_on text not null check (start_on ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  end_on text check (end_on ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  occurrences integer check (occurrences > 0),
  -- Business time: a debit before it is none.
  counts_from timestamptz not null,
  late_policy text not null check (late_policy in ('pay_late', 'skip', 'ask')),
  metadata jsonb not null,
  -- The newest period that was announced, skipped or passed over; a later one comes next.
  last_period text check (last_period ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  -- Null: there is none, or none before it is resumed.
  next_period text check (next_period > last_period),
  next_announce_at timestamptz,
  next_debit_at timestamptz,
  -- Its bill payments that are not over.
  open_payments integer not null check (open_payments >= 0),
  failures_in_row integer not null check (failures_in_row >= 0),
  -- Why it is paused, or has failed.
  reason text,
  -- Grows whenever its Schedule has to be made anew.
  schedule_version integer not null,
  created_at timestamptz not null,
  check ((next_period is null) = (next_announce_at is null) and (next_period is null) = (next_debit_at is null))
) with (fillfactor = 80);
create index mandate_of_customer on mandate (customer_id, created_at, id);
create index mandate_listed on mandate (created_at, id);
create index mandate_due on mandate (next_announce_at) where next_announce_at is not null;

-- What Temporal was last told about a mandate's Schedule; no row: it has none.
create table mandate_schedule (
  mandate_id text primary key references mandate,
  -- The mandate's schedule_version that it was made of.
  made integer not null,
  -- Business time from which it shows too few of what is to come; null: it shows all.
  short_at timestamptz,
  made_at timestamptz not null default clock_timestamp()
);
