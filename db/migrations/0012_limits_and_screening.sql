-- Limits that customers set for themselves, at or below their tier's, in US cents like those; null: none.
create table own_limit (
  customer_id text not null references customer,
  name text not null check (name in ('per_payment', 'per_day', 'per_month')),
  amount bigint check (amount >= 0),
  -- What takes its place from this business time on: raising waits, lowering does not.
  next_amount bigint check (next_amount >= 0),
  next_at timestamptz,
  primary key (customer_id, name),
  check (next_at is not null or next_amount is null)
);

-- When somebody's name was last compared with the lists, and with what outcome; whose name it was like is not kept.
create table screening (
  customer_id text primary key references customer,
  list_version text not null,
  -- Likeness to the nearest listed name, in ten-thousandths.
  score_bps integer not null check (score_bps between 0 and 10000),
  -- Business time.
  screened_at timestamptz not null
);
create index screening_by_age on screening (screened_at);

-- An application is made by a customer; a periodic review is begun by us when a name has come near a listed one.
alter table onboarding add column purpose text not null default 'application'
  check (purpose in ('application', 'periodic_review'));
