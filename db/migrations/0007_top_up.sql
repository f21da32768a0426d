-- A top-up beyond its state. Its id is the reference under which the bank knows it: one for ever.

create table top_up (
  id text primary key,
  customer_id text not null,
  wallet_id text not null,
  bank_account_id text not null,
  bank text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  metadata jsonb not null,
  decline_code text,
  bank_reference text,
  -- Business time of the send: the inquiry plan counts from here, also after a restart.
  sent_at timestamptz,
  created_at timestamptz not null
) with (fillfactor = 80);
create index top_up_of_wallet on top_up (wallet_id, created_at);
