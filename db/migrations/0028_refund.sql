-- A refund beyond its state. Its id is the reference under which the bank, or the acquirer, knows it: one for ever.

create table refund (
  id text primary key check (id ~ '^ref_[0-9a-f]{32}$'),
  payment_id text not null references payment,
  customer_id text not null,
  wallet_id text not null,
  merchant_id text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  reason text,
  -- Whom it comes from: each merchant who has a share of the payment, and how much; together the amount.
  parts jsonb not null,
  -- What of the payment's fee the payee gets back with it.
  fee_returned bigint not null check (fee_returned between 0 and amount),
  -- Where the money goes; null: it has not left the merchants yet.
  destination text check (destination in ('original', 'wallet')),
  -- Who has to move it; null: it goes to the wallet without anybody's help.
  bank text check (bank in ('a', 'b', 'acquirer')),
  bank_account_id text,
  card_id text,
  decline_code text,
  -- The merchants do not have the money; until then it is waited for by itself.
  waiting boolean not null,
  wait_until timestamptz,
  -- Business time at which the money left the merchants.
  funded_at timestamptz,
  bank_reference text,
  -- Business time of the send: the inquiry plan counts from here, also after a restart.
  sent_at timestamptz,
  returned bigint not null default 0 check (returned >= 0),
  created_at timestamptz not null,
  check (bank is null or num_nonnulls(bank_account_id, card_id) = 1)
) with (fillfactor = 80);
create index refund_of_payment on refund (payment_id, created_at);
create index refund_of_wallet on refund (wallet_id, created_at);
create index refund_of_merchant on refund (merchant_id, created_at);
create index refund_listed on refund (created_at, id);
-- What the sweeper looks at: whether the merchants have the money by now.
create index refund_waiting on refund (created_at) where waiting;
-- What is on its way to a bank account or a card keeps it from being unlinked.
create index refund_to_bank_account on refund (bank_account_id) where bank_account_id is not null;
create index refund_to_card on refund (card_id) where card_id is not null;
