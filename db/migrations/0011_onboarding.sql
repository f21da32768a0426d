-- KYC: what more is known about a customer, and the application in which it is asked for and looked at.

alter table personal_data drop constraint personal_data_kind_check;
alter table personal_data add constraint personal_data_kind_check check (kind in ('name', 'email', 'phone', 'document',
  'iban', 'birth_date', 'person', 'document_number', 'selfie', 'address', 'source_of_funds', 'proof_of_address'));

-- What of an application is no personal data; written with its process, by store/onboarding.ts's statement.
create table onboarding (
  id text primary key check (id ~ '^onb_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  target_tier smallint not null check (target_tier between 1 and 3),
  -- Names of what was given, and of what the bureau asked for besides.
  given text[] not null,
  extra text[] not null,
  -- Business time.
  collecting_since timestamptz not null,
  reminders smallint not null,
  verifying_since timestamptz,
  review_since timestamptz,
  -- What was found, and what followed: scores, versions, reasons. Operators alone see it.
  findings jsonb,
  verdict jsonb,
  -- [{actor, verdict}] of reviewers, in order.
  reviews jsonb not null,
  created_at timestamptz not null
);
create index onboarding_of_customer on onboarding (customer_id, created_at);
