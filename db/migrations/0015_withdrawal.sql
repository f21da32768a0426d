-- A withdrawal beyond its state. Its id is the reference under which the bank knows it: one for ever.

create table withdrawal (
  id text primary key check (id ~ '^wdr_[0-9a-f]{32}$'),
  customer_id text not null,
  wallet_id text not null,
  bank_account_id text not null,
  bank text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  fee bigint not null check (fee between 0 and amount),
  metadata jsonb not null,
  decline_code text,
  -- When the money may leave that was not free yet: of `not_withdrawable_yet`.
  withdrawable_from timestamptz,
  confirm_before timestamptz,
  confirmed_at timestamptz,
  -- Business time since which the money is held.
  held_at timestamptz,
  -- The limit counters that it stands in, so that it is given back to the same ones.
  limit_counters text[] not null default '{}',
  bank_reference text,
  -- Business time of the send: the inquiry plan counts from here, also after a restart.
  sent_at timestamptz,
  created_at timestamptz not null
) with (fillfactor = 80);
create index withdrawal_of_wallet on withdrawal (wallet_id, created_at);
-- How many there were lately.
create index withdrawal_of_customer on withdrawal (customer_id, created_at);
-- Whether one to this bank account was ever confirmed.
create index withdrawal_confirmed on withdrawal (bank_account_id) where confirmed_at is not null;
