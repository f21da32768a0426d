-- A customer contests a payment: what of it is reserved, who said what about it, and how it ended.

create table dispute (
  id text primary key check (id ~ '^dsp_[0-9a-f]{32}$'),
  payment_id text not null references payment,
  customer_id text not null references customer,
  wallet_id text not null references wallet,
  merchant_id text not null references merchant,
  currency text not null,
  amount bigint not null check (amount > 0),
  reason text not null check (reason in
    ('fraud', 'not_received', 'duplicate', 'wrong_amount', 'not_as_described', 'credit_not_processed', 'unauthorized')),
  -- A second stage: what it follows, once.
  previous_id text unique references dispute,
  opened_by text not null,
  -- Why it was closed as soon as it was there; null: it was taken up.
  decline_code text,
  -- Younger than the policy says when it was opened: then more time is taken.
  new_account boolean not null,
  inquiry_until timestamptz,
  -- The formal stage: since when, until when something may be shown, how often the merchant was reminded, what it costs them.
  formal_at timestamptz,
  evidence_due timestamptz,
  reminders integer not null default 0,
  fee bigint not null default 0 check (fee >= 0),
  -- What was handed in: [{party, at, files: [{sha256, media_type, size}], statement}].
  evidence jsonb not null,
  review_since timestamptz,
  review_due timestamptz,
  -- What reviewers have said: [{actor, outcome, reason}].
  reviews jsonb not null,
  credit_due timestamptz not null,
  credited_at timestamptz,
  -- How it will have ended once the customer has given back what was credited; null: undecided, or theirs.
  ending text check (ending in ('won', 'withdrawn', 'closed')),
  ended_at timestamptz,
  -- The merchant has the disputed money back.
  released boolean not null,
  notice_until timestamptz,
  -- Of the credit that was taken back: what the wallet no longer had, and what of that is still owed.
  owed bigint not null default 0 check (owed between 0 and amount),
  outstanding bigint not null default 0 check (outstanding between 0 and owed),
  created_at timestamptz not null
) with (fillfactor = 80);
create index dispute_of_payment on dispute (payment_id);
create index dispute_of_customer on dispute (customer_id, created_at, id);
create index dispute_of_merchant on dispute (merchant_id, created_at, id);
create index dispute_listed on dispute (created_at, id);
create index dispute_outstanding on dispute (wallet_id) where outstanding > 0;

-- What the parties show, sealed under the customer's key together with the files' names: it may be about them, whoever shows it.
create table dispute_file (
  dispute_id text not null references dispute,
  party text not null check (party in ('customer', 'merchant')),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text not null,
  size integer not null check (size > 0),
  sealed bytea not null,
  uploaded_at timestamptz not null default business_now(),
  primary key (dispute_id, party, sha256)
);

-- What they write, likewise. The customer's first words have the dispute's own id, and are there before it.
create table dispute_statement (
  id text primary key,
  dispute_id text not null,
  sealed bytea not null
);

-- Who disputes a payment as not their own has said "it was not me".
alter table debit_report drop constraint debit_report_proof_check;
alter table debit_report add constraint debit_report_proof_check check (proof in ('session', 'message', 'dispute'));
