-- Businesses apply to be paid: the same application as customers', of a merchant. What is known of the business and its
-- people is in personal_data alone.

alter table personal_data drop constraint personal_data_kind_check;
alter table personal_data add constraint personal_data_kind_check check (kind in ('name', 'email', 'phone', 'document',
  'iban', 'birth_date', 'person', 'document_number', 'selfie', 'address', 'source_of_funds', 'proof_of_address',
  'card_token', 'card_fingerprint', 'card_details', 'business', 'business_number'));

-- pending: it has applied, or may.
alter table merchant drop constraint merchant_state_check;
alter table merchant add constraint merchant_state_check check (state in ('pending', 'active', 'suspended', 'closed'));
create index merchant_by_age on merchant (created_at, id);

alter table onboarding alter column customer_id drop not null;
alter table onboarding alter column target_tier drop not null;
alter table onboarding add column merchant_id text references merchant;
alter table onboarding add constraint onboarding_of_one check (num_nonnulls(customer_id, merchant_id) = 1);
alter table onboarding add constraint onboarding_tier check ((customer_id is null) = (target_tier is null));
create index onboarding_of_merchant on onboarding (merchant_id, created_at) where merchant_id is not null;

-- What a business agreed to, version by version; never changed.
create table merchant_consent (
  merchant_id text not null references merchant,
  document text not null check (document in ('terms')),
  version text not null,
  given_at timestamptz not null default business_now(),
  request_id text not null,
  primary key (merchant_id, document, version)
);
create trigger merchant_consent_immutable before update or delete on merchant_consent
  for each row execute function refuse_change();
create trigger merchant_consent_no_truncate before truncate on merchant_consent
  for each statement execute function refuse_change();

create index api_key_of_merchant on api_key (merchant_id, created_at) where merchant_id is not null;

-- Who suspended a merchant decides who may reinstate it: an operator, or a periodic review.
alter table merchant add column suspended_by text check (suspended_by in ('operator', 'review'));
alter table merchant add constraint merchant_suspended check (suspended_by is null or state = 'suspended');

-- As of customers: when the names of a business and its people were last compared with the lists.
create table merchant_screening (
  merchant_id text primary key references merchant,
  list_version text not null,
  score_bps integer not null check (score_bps between 0 and 10000),
  -- Business time.
  screened_at timestamptz not null
);
create index merchant_screening_by_age on merchant_screening (screened_at);
