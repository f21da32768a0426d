-- Webhooks: who is told of events over HTTP, what of each was taken, and what is tried again. These rows are the truth: a
-- run that is started again reads where it stood here.

create table webhook_endpoint (
  id text primary key check (id ~ '^whe_[0-9a-f]{32}$'),
  -- Whose it is: `service:<name>`, a merchant, an operator.
  principal text not null,
  -- Null: it may be told everything.
  merchant_id text references merchant,
  url text not null,
  -- `*`, `payment.*`, `payment.succeeded`.
  types text[] not null check (cardinality(types) > 0),
  description text,
  -- Later events of a thing wait behind one that was not taken.
  ordered boolean not null,
  -- What has been decided; the process's state follows.
  state text not null default 'enabled' check (state in ('enabled', 'disabled', 'deleted')),
  -- Null: somebody disabled it.
  disabled_reason text check (disabled_reason in ('gone', 'failing')),
  -- Sealed under a key that is derived from the master key. The one before goes on signing for a while.
  secret bytea not null,
  old_secret bytea,
  old_secret_until timestamptz,
  -- Up to where the events have been read, in commit order, and from where on its types are what they are now.
  cursor_xid xid8 not null default pg_snapshot_xmin(pg_current_snapshot()),
  cursor_seq bigint not null default 0,
  since_xid xid8 not null default pg_snapshot_xmin(pg_current_snapshot()),
  since_seq bigint not null default 0,
  -- Business time since which nothing was taken; null: the last attempt was.
  failing_since timestamptz,
  created_at timestamptz not null default business_now(),
  updated_at timestamptz not null default business_now()
);
create index webhook_endpoint_of on webhook_endpoint (principal, created_at, id) where state <> 'deleted';
create index webhook_endpoint_enabled on webhook_endpoint (id) where state = 'enabled';

-- An event that an endpoint is told, once each whatever is tried.
create table webhook_delivery (
  endpoint_id text not null references webhook_endpoint,
  -- Also what the receiver knows it by, over all attempts.
  event_id text not null,
  type text not null,
  object_id text not null,
  -- The event's place; null: a ping, which is no event.
  xid xid8,
  seq bigint,
  state text not null default 'waiting' check (state in ('waiting', 'failing', 'delivered', 'undelivered')),
  -- Since it was last asked for; all that was ever tried stands in webhook_attempt.
  attempts integer not null default 0,
  -- Business time.
  created_at timestamptz not null default business_now(),
  first_attempt_at timestamptz,
  next_attempt_at timestamptz default business_now(),
  ended_at timestamptz,
  primary key (endpoint_id, event_id),
  check ((next_attempt_at is not null) = (state in ('waiting', 'failing'))),
  check ((ended_at is not null) = (state in ('delivered', 'undelivered')))
) with (fillfactor = 80);
create index webhook_delivery_due on webhook_delivery (endpoint_id, next_attempt_at) where state in ('waiting', 'failing');
create index webhook_delivery_before on webhook_delivery (endpoint_id, object_id, seq) where state in ('waiting', 'failing');
create index webhook_delivery_log on webhook_delivery (endpoint_id, created_at, event_id);

create table webhook_attempt (
  endpoint_id text not null,
  event_id text not null,
  nr bigint generated always as identity,
  -- Business time at which it began; real milliseconds that it took.
  at timestamptz not null,
  duration_ms integer not null,
  -- The answer's status; null: there was none.
  status integer,
  -- Null: it was taken.
  error text,
  -- The answer's first bytes, as text.
  answer text,
  primary key (endpoint_id, event_id, nr),
  foreign key (endpoint_id, event_id) references webhook_delivery
);
