-- What keeps an account its owner's: a forgotten password, a second factor, known devices, and what customers are told
-- and may say about what leaves their wallets.

-- A code proves an address, or that whoever logs in reads the mail of the one whose password they know.
alter table verification add column purpose text not null default 'registration'
  check (purpose in ('registration', 'log_in'));

-- Business time until which sensitive actions rest, after the password was set by somebody who did not know the old one.
alter table password add column cooling_until timestamptz;

create table device (
  id text primary key check (id ~ '^dev_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  -- What its owner calls it, which may well be their own name: sealed.
  name bytea not null,
  -- SHA-256 of what the device alone keeps: 256 random bits need no slow hash.
  token_hash bytea not null unique check (length(token_hash) = 32),
  -- Business time.
  known_since timestamptz not null default business_now(),
  last_seen_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz
);
create index device_of_customer on device (customer_id, known_since);

-- Null: it was opened without saying from where.
alter table session add column device_id text references device;
create index session_of_device on session (device_id) where device_id is not null;

-- Who asks for a new password names a log-in, and nobody looks whether it exists before the answer has left.
create table password_reset (
  id text primary key check (id ~ '^pwr_[0-9a-f]{32}$'),
  channel text not null check (channel in ('email', 'phone')),
  -- The keyed hash of the log-in name.
  login_index bytea not null,
  -- Set by whoever sends the code, if there is somebody to send it to.
  customer_id text references customer,
  code bytea not null,
  tries smallint not null default 0,
  tries_max smallint not null,
  -- Business time.
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  -- When its message was taken, or nobody was there to be told.
  sent_at timestamptz,
  ended_at timestamptz
);
create index password_reset_unsent on password_reset (created_at) where sent_at is null and ended_at is null;
create index password_reset_of_customer on password_reset (customer_id) where ended_at is null;

-- RFC 6238. The secret is sealed under its owner's key, as personal data is.
create table second_factor (
  customer_id text primary key references customer,
  secret bytea not null,
  -- Null: shown, but not yet proved to be in an authenticator.
  confirmed_at timestamptz,
  -- The newest time step whose code was taken: it and all before it are used up.
  last_step bigint not null default 0,
  wrong_in_a_row integer not null default 0,
  locked_until timestamptz,
  created_at timestamptz not null default clock_timestamp()
);

create table recovery_code (
  customer_id text not null references customer,
  -- SHA-256 of 80 random bits.
  hash bytea not null check (length(hash) = 32),
  used_at timestamptz,
  primary key (customer_id, hash)
);

-- "It was not me": what a customer says of a payment or a withdrawal, once.
create table debit_report (
  debit_id text primary key,
  customer_id text not null references customer,
  -- By a session, or by what the message about the debit carried.
  proof text not null check (proof in ('session', 'message')),
  task_id text not null references task,
  wallets_frozen integer not null,
  sessions_ended integer not null,
  -- Business time.
  reported_at timestamptz not null default business_now(),
  request_id text not null
);
create index debit_report_of_customer on debit_report (customer_id);

-- What customers are told, once each; without anything personal: that is read when it is sent.
create table notice (
  id text primary key,
  customer_id text not null,
  kind text not null,
  -- The payment or withdrawal that it is about.
  object_id text,
  created_at timestamptz not null default clock_timestamp(),
  -- When the notifier took it, or it was given up.
  done_at timestamptz
);
create index notice_to_send on notice (created_at) where done_at is null;

-- Up to where the events have been read for debits; what happened before there was anything to tell is told to nobody.
create table notice_cursor (
  one_row boolean primary key default true check (one_row),
  xid xid8 not null,
  seq bigint not null
);
insert into notice_cursor (xid, seq) values (pg_snapshot_xmin(pg_current_snapshot()), 0);
