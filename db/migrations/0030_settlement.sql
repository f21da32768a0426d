-- What merchants have earned goes to their bank accounts. A settlement's id is the reference under which the bank knows it:
-- one for ever.

create table settlement (
  id text primary key check (id ~ '^set_[0-9a-f]{32}$'),
  merchant_id text not null references merchant,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- The merchant's first, second … that has collected anything: one at a time. Null: it found nothing to settle.
  number bigint,
  trigger text not null check (trigger in ('daily', 'on_demand')),
  business_date text not null check (business_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  -- Business time up to which what was captured is due.
  cut_off timestamptz not null,
  bank text not null check (bank in ('a', 'b')),
  -- Of the settlement account that it was collected for: it goes to no other.
  account_version integer not null,
  -- Versions of the merchant's account that are in this settlement; an entry is in one at most. What they add up to, by code.
  entries int8multirange not null,
  lines jsonb not null,
  -- The first version that is in no settlement yet.
  open_from bigint not null,
  due bigint not null,
  carried_in bigint not null check (carried_in >= 0),
  carried_out bigint not null check (carried_out >= 0),
  holdback bigint not null check (holdback >= 0),
  reserve bigint not null check (reserve >= 0),
  amount bigint not null check (amount >= 0),
  reserve_release_at timestamptz,
  reserve_released_at timestamptz,
  decline_code text,
  bank_reference text,
  -- Business time of the send: the inquiry plan counts from here, also after a restart.
  sent_at timestamptz,
  returned bigint not null default 0 check (returned between 0 and amount),
  created_at timestamptz not null,
  -- To the cent.
  check (due + carried_in = holdback + reserve + amount + carried_out),
  check ((number is null) = (entries = '{}')),
  unique (merchant_id, currency, number)
) with (fillfactor = 80);
create index settlement_of_merchant on settlement (merchant_id, created_at, id);
create index settlement_listed on settlement (created_at, id);
create index settlement_reserve on settlement (reserve_release_at) where reserve > 0 and reserve_released_at is null;

-- Where a merchant is paid. The IBAN is in personal_data; without a row it is the one that its application gave, and that was
-- confirmed with it.
create table settlement_account (
  merchant_id text primary key references merchant,
  version integer not null check (version >= 0),
  -- unconfirmed: its bank is asked who holds it before anything is sent. refused: nothing is sent until it is changed.
  state text not null check (state in ('unconfirmed', 'confirmed', 'refused')),
  reason text,
  changed_by text,
  changed_at timestamptz not null default business_now()
);

-- Business days whose daily settlements have been started.
create table settlement_day (
  day text primary key check (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  started integer not null,
  started_at timestamptz not null default business_now()
);

-- A bank sends back what went to a merchant: then there is no customer and no wallet.
alter table bank_return alter column customer_id drop not null;
alter table bank_return alter column wallet_id drop not null;
alter table bank_return add column merchant_id text references merchant;
alter table bank_return add constraint bank_return_of_one check (num_nonnulls(customer_id, merchant_id) = 1 and num_nonnulls(wallet_id, merchant_id) = 1);
