-- A payment beyond its state: `process` has that, with the order and the version.

create table payment (
  id text primary key,
  customer_id text not null,
  wallet_id text not null,
  merchant_id text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  capture text not null check (capture in ('automatic', 'manual')),
  captured bigint not null default 0 check (captured between 0 and amount),
  refunded bigint not null default 0 check (refunded between 0 and captured),
  fee bigint not null default 0 check (fee between 0 and captured),
  description text,
  metadata jsonb not null,
  decline_code text,
  confirm_before timestamptz,
  confirmed_at timestamptz,
  authorized_at timestamptz,
  capture_before timestamptz,
  -- The limit counters that it stands in, so that what is not captured is given back to the same ones.
  limit_counters text[] not null default '{}',
  created_at timestamptz not null
) with (fillfactor = 80);
-- Step-up looks back: at the last confirmation, and at the customer's usual amounts.
create index payment_confirmed on payment (customer_id, confirmed_at) where confirmed_at is not null;
create index payment_authorized on payment (customer_id, authorized_at) where authorized_at is not null;
create index payment_of_wallet on payment (wallet_id, created_at);
create index payment_of_merchant on payment (merchant_id, created_at);
