-- Whose money: wallets, merchants, linked bank accounts. IBANs and names of people are in personal_data alone.

create table wallet (
  id text primary key check (id ~ '^wal_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  state text not null default 'active' check (state in ('active', 'frozen', 'closed')),
  created_at timestamptz not null default business_now()
);
create index wallet_of_customer on wallet (customer_id, created_at);

create table merchant (
  id text primary key check (id ~ '^mer_[0-9a-f]{32}$'),
  name text not null,
  city text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  mcc text not null check (mcc ~ '^[0-9]{4}$'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  state text not null default 'active' check (state in ('active', 'suspended', 'closed')),
  created_at timestamptz not null default business_now()
);

create table bank_account (
  id text primary key check (id ~ '^ban_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  bank text not null check (bank in ('a', 'b')),
  state text not null check (state in ('linked', 'suspended', 'unlinked')),
  linked_at timestamptz not null default business_now()
);
create index bank_account_of_customer on bank_account (customer_id, linked_at);
