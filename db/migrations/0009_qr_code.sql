-- QR codes as merchants were given them, and a rule of wallets that their route brought up.

create table qr_code (
  id text primary key check (id ~ '^qrc_[0-9a-f]{32}$'),
  merchant_id text not null references merchant,
  -- Null: the payer names the amount.
  amount bigint check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- As it was given out: what hangs in a shop does not change when the merchant's name does.
  text text not null,
  created_at timestamptz not null default business_now()
);

-- A second wallet of the same currency would halve every limit and double every balance limit.
create unique index wallet_one_per_currency on wallet (customer_id, currency) where state <> 'closed';
