-- A bank takes back what it had booked: a pull's money leaves again, and what the wallet no longer has is owed; a push's
-- money comes back.

create table bank_return (
  id text primary key check (id ~ '^ret_[0-9a-f]{32}$'),
  bank text not null check (bank in ('a', 'b')),
  -- The bank's own name of the return, under which it was asked.
  reference text not null,
  -- The process whose instruction came back: at most one return of each.
  original_id text not null unique,
  operation text not null check (operation in ('pull', 'push')),
  customer_id text not null references customer,
  wallet_id text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  -- What the bank takes of us for it.
  charge bigint not null check (charge >= 0),
  reason text not null,
  -- Whether the bank kept the time that it has for this reason: it is booked either way.
  in_window boolean not null,
  -- What of it the wallet could not give back at once, and what of that is still owed or was given up.
  owed bigint not null check (owed between 0 and amount),
  outstanding bigint not null check (outstanding between 0 and owed),
  given_up bigint not null check (given_up between 0 and owed),
  -- Business time, as the bank says.
  returned_at timestamptz not null,
  created_at timestamptz not null,
  unique (bank, reference)
) with (fillfactor = 80);
create index bank_return_of_wallet on bank_return (wallet_id, created_at);
create index bank_return_listed on bank_return (created_at, id);
create index bank_return_of_customer on bank_return (customer_id, created_at);
create index bank_return_outstanding on bank_return (wallet_id) where outstanding > 0;

-- Nothing leaves a wallet whose owner owes us for a return; money still comes in. The owner's or an operator's freeze is
-- another thing (state, frozen_by), and neither lifts the other.
alter table wallet add column owes boolean not null default false;

-- What we have heard of, by callback or from the bank's list, and have to ask about: until it is booked, or dismissed because
-- the bank knows of no such return or it is none of ours.
create table bank_return_news (
  bank text not null check (bank in ('a', 'b')),
  reference text not null,
  dismissed boolean not null default false,
  -- How often it was heard of.
  times integer not null default 1,
  heard_at timestamptz not null default clock_timestamp(),
  primary key (bank, reference)
);
create index bank_return_news_open on bank_return_news (heard_at) where not dismissed;

-- How far each bank's list of returns has been read: those whose callback was lost are found there.
create table bank_return_cursor (
  bank text primary key check (bank in ('a', 'b')),
  seq bigint not null
);

-- Facets of records that are over: what of their money has gone the other way since.
alter table top_up add column returned bigint not null default 0 check (returned >= 0);
alter table withdrawal add column returned bigint not null default 0 check (returned >= 0);

-- Below so much, add so much, from that bank account: the customer's standing order, one a wallet.
create table automatic_top_up (
  wallet_id text primary key references wallet,
  customer_id text not null references customer,
  bank_account_id text not null references bank_account,
  currency text not null,
  below bigint not null check (below > 0),
  add bigint not null check (add > 0),
  -- Business time: only what came after it counts as declined by this rule.
  set_at timestamptz not null
);
alter table top_up add column automatic boolean not null default false;
create index top_up_automatic on top_up (wallet_id, created_at) where automatic;
