-- Who is who and may do what: customers, personal data, sessions, keys, and the audit log that none of them can edit.

create table customer (
  id text primary key check (id ~ '^cus_[0-9a-f]{32}$'),
  tier smallint not null default 0 check (tier between 0 and 3),
  state text not null check (state in ('registered', 'active', 'suspended', 'closing', 'closed')),
  zone text not null,
  -- The name of a policy that replaces the tier's limits; null for everyone but the load generator's customer.
  policy text check (policy in ('unlimited')),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);

-- The key under which one owner's personal data is sealed, itself sealed under a key derived from the master key.
-- Deleting the row erases the person: whatever ciphertext is left anywhere (a backup, a replica) can no longer be read.
create table personal_key (
  owner_id text primary key,
  wrapped_key bytea not null,
  -- Which master key wrapped it, so that a rotation can go row by row.
  master_key_id text not null,
  created_at timestamptz not null default clock_timestamp()
);

create table personal_data (
  owner_id text not null references personal_key on delete cascade,
  kind text not null check (kind in ('name', 'email', 'phone', 'document', 'iban')),
  -- What it belongs to where an owner has several (a bank account's id); '' for the one of its kind.
  reference text not null default '',
  ciphertext bytea not null,
  -- A keyed hash of the normalised value: finds an equal value, and tells nothing else without the key.
  blind_index bytea,
  verified_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (owner_id, kind, reference)
);
create index personal_data_look_up on personal_data (kind, blind_index);
-- Anyone may claim an address; only one person can have proved it, and only a proved one logs in.
create unique index personal_data_log_in on personal_data (kind, blind_index)
  where kind in ('email', 'phone') and verified_at is not null;

create table password (
  customer_id text primary key references customer,
  hash text not null,
  updated_at timestamptz not null default clock_timestamp()
);

create table pin (
  customer_id text primary key references customer,
  hash text not null,
  wrong_in_a_row integer not null default 0,
  locked_until timestamptz,
  updated_at timestamptz not null default clock_timestamp()
);

create table session (
  id text primary key check (id ~ '^ses_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  created_at timestamptz not null default clock_timestamp(),
  -- Ends by itself when it is not refreshed until then.
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_reason text check (ended_reason in ('logged_out', 'refresh_token_reused', 'revoked')),
  check ((ended_at is null) = (ended_reason is null))
);
create index session_of_customer on session (customer_id, created_at);

-- Every refresh token that a session had. One that comes a second time was stolen, from the customer or from the thief.
create table refresh_token (
  hash bytea primary key,
  session_id text not null references session,
  created_at timestamptz not null default clock_timestamp(),
  used_at timestamptz
);
create index refresh_token_of_session on refresh_token (session_id);

create table operator (
  id text primary key check (id ~ '^opr_[0-9a-f]{32}$'),
  role text not null check (role in ('support', 'reviewer', 'finance', 'admin')),
  name text not null unique,
  created_at timestamptz not null default clock_timestamp()
);

create table api_key (
  id text primary key check (id ~ '^key_[0-9a-f]{32}$'),
  role text not null check (role in ('service', 'merchant', 'support', 'reviewer', 'finance', 'admin')),
  -- Whose it is: exactly one of the three, and it stays the same when the key rotates.
  service_name text,
  merchant_id text,
  operator_id text references operator,
  scopes text[] not null check (cardinality(scopes) > 0),
  -- SHA-256 of the whole key, which nobody but its holder has: 256 random bits need no slow hash.
  hash bytea not null unique check (length(hash) = 32),
  created_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  expires_at timestamptz,
  check (num_nonnulls(service_name, merchant_id, operator_id) = 1),
  check ((service_name is not null) = (role = 'service')),
  check ((merchant_id is not null) = (role = 'merchant'))
);

-- The layout that rate-limiter-flexible's Postgres store expects. Logged: a crash must not give guessers new tries.
create table rate_limit (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);

-- Answers of POSTs that no workflow remembers, for 24 hours. Sealed: a reply may carry a key that is shown only once.
create table stored_reply (
  principal text not null,
  route text not null,
  idempotency_key text not null,
  fingerprint text not null,
  status smallint,
  headers jsonb,
  body bytea,
  -- The id of what was made: goes with it when that is erased.
  object_id text,
  request_id text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (principal, route, idempotency_key)
);
create index stored_reply_age on stored_reply (created_at);
create index stored_reply_object on stored_reply (object_id);

-- A provider's callback is taken once; its id is kept longer than its signature is valid.
create table callback_receipt (
  provider text not null,
  webhook_id text not null,
  received_at timestamptz not null default clock_timestamp(),
  primary key (provider, webhook_id)
);
create index callback_receipt_age on callback_receipt (received_at);

-- Switched on = suspended. Rail '' means all rails of the process.
create table kill_switch (
  process text not null,
  rail text not null default '',
  "on" boolean not null,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (process, rail)
);

create table audit_log (
  seq bigint primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  object text not null,
  request_id text not null,
  data jsonb not null check (jsonb_typeof(data) = 'object'),
  prev_hash bytea not null,
  hash bytea not null
);
create index audit_log_object on audit_log (object, seq);

create trigger audit_log_immutable before update or delete on audit_log for each row execute function refuse_change();
create trigger audit_log_no_truncate before truncate on audit_log for each statement execute function refuse_change();

-- The only writer of the audit log. Each row's hash covers the row before it, so that an edit, a removal or an insertion
-- by the owner shows; the lock lasts until the transaction ends, since seq and chain have to be in commit order.
create function append_audit(who text, what text, which text, request text, details jsonb) returns bigint
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  previous record;
  next_seq bigint;
  moment timestamptz;
  next_hash bytea;
begin
  perform pg_advisory_xact_lock(7202612);
  select seq, hash into previous from public.audit_log order by seq desc limit 1;
  next_seq := coalesce(previous.seq, 0) + 1;
  moment := clock_timestamp();
  next_hash := sha256(coalesce(previous.hash, '\x'::bytea) || convert_to(jsonb_build_array(
    next_seq, to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), who, what, which, request, details)::text, 'UTF8'));
  insert into public.audit_log (seq, at, actor, action, object, request_id, data, prev_hash, hash)
    values (next_seq, moment, who, what, which, request, details, coalesce(previous.hash, '\x'::bytea), next_hash);
  return next_seq;
end $$;
