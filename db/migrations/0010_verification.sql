-- How somebody who registers proves an e-mail address or a phone number, and what they agreed to.

create table verification (
  id text primary key check (id ~ '^ver_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  channel text not null check (channel in ('email', 'phone')),
  -- Sealed: another process than the one that made it sends it. Nobody reads it from here.
  code bytea not null,
  -- Tries so far, and how many there may be.
  tries smallint not null default 0,
  tries_max smallint not null,
  -- Business time.
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  -- When the notifier took the message; null: somebody still has to send it.
  sent_at timestamptz,
  ended_at timestamptz,
  -- replaced: a newer code was asked for.
  ended_by text check (ended_by in ('used', 'replaced')),
  check ((ended_at is null) = (ended_by is null))
);
create index verification_of_customer on verification (customer_id, created_at);
create index verification_unsent on verification (created_at) where sent_at is null and ended_at is null;

-- What a customer agreed to, version by version; never changed.
create table consent (
  customer_id text not null references customer,
  document text not null check (document in ('terms')),
  version text not null,
  given_at timestamptz not null default business_now(),
  request_id text not null,
  primary key (customer_id, document, version)
);
create trigger consent_immutable before update or delete on consent for each row execute function refuse_change();
create trigger consent_no_truncate before truncate on consent for each statement execute function refuse_change();
