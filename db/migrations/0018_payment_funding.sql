-- What a payment is paid from, and who shares it.

alter table payment
  add column funding_type text not null default 'balance' check (funding_type in ('balance', 'bank_account', 'card')),
  -- The bank account or the card; null: the wallet's balance.
  add column funding_id text,
  -- The way that the money takes: 'balance', 'bank_a' …
  add column rail text not null default 'balance',
  -- Of who was asked for the money, once they have booked.
  add column rail_reference text,
  -- Business time of the send: the inquiry plan counts from here, also after a restart.
  add column sent_at timestamptz,
  -- [{merchant_id, amount, captured, type}] in order; null: all of it is the payee's.
  add column splits jsonb,
  add check ((funding_type = 'balance') = (funding_id is null)),
  add check ((funding_type = 'balance') = (rail = 'balance')),
  add check (sent_at is null or funding_type <> 'balance');

-- Whoever unlinks a bank account looks for payments on their way from it.
create index payment_of_funding on payment (funding_id) where funding_id is not null;
-- A merchant's shares of what others are paid.
create index payment_of_share on payment using gin (splits jsonb_path_ops) where splits is not null;

-- The payment that is being paid from outside, which may take days: nobody else may pay the request meanwhile.
alter table payment_request add column reserved_by text;
alter table payment_request add check (reserved_by is null or not multi_use);
