-- Card holders have money taken back: of a payment as a dispute that the card's issuer decides, of a top-up, and of what was given
-- back before, from the customer's wallet.

-- What an acquirer has said, once each; what becomes of it is a dispute, a bank return, or both.
create table chargeback (
  id text primary key check (id ~ '^cbk_[0-9a-f]{32}$'),
  -- The payment or the top-up.
  original_id text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  -- The issuer's word for why.
  reason text not null,
  -- A second stage: the one that the merchant had won.
  previous_id text,
  heard_at timestamptz not null default business_now()
);
create index chargeback_of_original on chargeback (original_id);
create index chargeback_heard on chargeback (heard_at);

alter table dispute
  -- Null: the customer opened it with us.
  add column chargeback_id text unique references chargeback,
  -- How often the acquirer was told that the merchant contests it: each time under a reference of its own.
  add column representments integer not null default 0 check (representments >= 0),
  -- Business time since when the acquirer may have the last of them.
  add column represented_at timestamptz;

alter table bank_return drop constraint bank_return_bank_check;
alter table bank_return add constraint bank_return_bank_check check (bank in ('a', 'b', 'acquirer'));
-- Of a card's money every part may be taken back for itself.
alter table bank_return drop constraint bank_return_original_id_key;
create unique index bank_return_original_id_key on bank_return (original_id) where bank <> 'acquirer';

-- What was given of our own for a dispute that the merchant had won: once.
alter table dispute add column goodwill bigint not null default 0 check (goodwill between 0 and amount);

-- What we give up of our own: to a customer out of goodwill, or of what a merchant owes us.
create table concession (
  id text primary key check (id ~ '^con_[0-9a-f]{32}$'),
  kind text not null check (kind in ('goodwill', 'merchant_debt')),
  merchant_id text not null references merchant,
  -- Of goodwill: for which dispute, whose, and where it goes.
  dispute_id text references dispute,
  customer_id text references customer,
  wallet_id text references wallet,
  currency text not null,
  amount bigint not null check (amount > 0),
  reason text not null,
  -- Who may not approve it.
  requested_by text not null,
  decline_code text,
  created_at timestamptz not null,
  check ((kind = 'goodwill') = (dispute_id is not null)),
  check ((dispute_id is null) = (wallet_id is null)),
  check ((dispute_id is null) = (customer_id is null))
) with (fillfactor = 80);
create index concession_of_dispute on concession (dispute_id) where dispute_id is not null;
