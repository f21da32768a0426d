-- A merchant asks for money; what of that is beyond the state is here.

create table payment_request (
  id text primary key check (id ~ '^prq_[0-9a-f]{32}$'),
  merchant_id text not null references merchant,
  -- Null: the payer names it.
  amount bigint check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  description text,
  -- The merchant's own, such as the number of an invoice.
  reference text,
  multi_use boolean not null,
  metadata jsonb not null,
  -- Business time.
  expires_at timestamptz not null,
  -- By which one it was paid, and how much. What many payments paid is counted in limit_counter.
  payment_id text unique,
  amount_paid bigint not null check (amount_paid >= 0),
  -- The run has seen that somebody else's unit ended it; until then the sweeper reminds it.
  noticed boolean not null,
  created_at timestamptz not null,
  check ((payment_id is null) = (amount_paid = 0)),
  check (payment_id is null or not multi_use),
  check (payment_id is null or amount is null or amount_paid = amount)
) with (fillfactor = 80);
create index payment_request_of_merchant on payment_request (merchant_id, created_at);
create index payment_request_unnoticed on payment_request (id) where payment_id is not null and not noticed;

-- What a payment was asked by; null: by nothing.
alter table payment add column payment_request_id text;
