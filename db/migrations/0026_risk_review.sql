-- Risk: what an admin has said about somebody or about large amounts; what a process was judged by; and until when a
-- reviewer may say what becomes of one that is held up.

create table risk_rule (
  id text primary key check (id ~ '^rsk_[0-9a-f]{32}$'),
  process text not null check (process in ('payment', 'top-up', 'withdrawal')),
  outcome text not null check (outcome in ('hold_for_review', 'block')),
  customer_id text references customer,
  merchant_id text references merchant,
  currency text,
  -- At or above this, in minor units of `currency`.
  amount_from bigint check (amount_from > 0),
  reason text not null,
  created_by text not null,
  created_at timestamptz not null default business_now(),
  -- A rule is never changed: what was judged by it names it.
  removed_by text,
  removed_at timestamptz,
  check ((currency is null) = (amount_from is null)),
  check (customer_id is not null or merchant_id is not null or amount_from is not null),
  check (merchant_id is null or process = 'payment'),
  check ((removed_by is null) = (removed_at is null))
);
create index risk_rule_in_force on risk_rule (process, created_at) where removed_at is null;

-- The outcome, the rule, its version and what it looked at; null: every rule let it through.
alter table payment add column risk jsonb;
alter table payment add column review_before timestamptz;
alter table top_up add column risk jsonb;
alter table top_up add column review_before timestamptz;
-- Business time from which its bank may be asked: later than it was made where a reviewer looked at it first.
alter table top_up add column reviewed_at timestamptz;
alter table withdrawal add column risk jsonb;
alter table withdrawal add column review_before timestamptz;

-- How much there was lately.
create index top_up_of_customer on top_up (customer_id, created_at);
