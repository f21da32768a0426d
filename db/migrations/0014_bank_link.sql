-- Customers link accounts at banks: how one is verified, and what it costs. IBANs stay in personal_data alone.

-- An IBAN is proved by one account at most: verified_at is set by the unit that links it, and taken away by who unlinks it.
create unique index personal_data_iban on personal_data (blind_index) where kind = 'iban' and verified_at is not null;

-- Beyond its state; written with its process, by store/bank-link.ts's statement, which also makes the bank_account.
create table bank_link (
  id text primary key check (id ~ '^ban_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  bank text not null check (bank in ('a', 'b')),
  method text not null check (method in ('instant', 'micro_deposits')),
  -- What the bank made of the holder's name; null until it has said.
  holder_match text check (holder_match in ('match', 'close')),
  holder_confirmed boolean not null,
  -- Business time: since when the bank is asked whose it is, and since when the customer is asked for something.
  checking_since timestamptz,
  asked_since timestamptz,
  tries smallint not null,
  -- Both amounts of the micro-deposits, sealed under the master key; nobody reads them here.
  amounts text,
  -- [{state, sent_at, bank_reference}] of the two, in order.
  deposits jsonb not null,
  decline_code text,
  created_at timestamptz not null
) with (fillfactor = 80);
create index bank_link_of_customer on bank_link (customer_id, created_at);

-- The pull that brings the micro-deposits of a linked account back. Its id is the reference that the bank is given.
create table deposit_recovery (
  id text primary key check (id ~ '^mdr_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  bank_account_id text not null,
  bank text not null check (bank in ('a', 'b')),
  currency text not null,
  amount bigint not null check (amount > 0),
  decline_code text,
  bank_reference text,
  sent_at timestamptz,
  created_at timestamptz not null
) with (fillfactor = 80);
create index deposit_recovery_of_account on deposit_recovery (bank_account_id);
create index top_up_of_bank_account on top_up (bank_account_id);
