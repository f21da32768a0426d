-- What customers and businesses are told, by which way, and how they want it.

-- What was one message is now what happened to somebody (listed in the app), and a delivery for each way to tell it.
alter table notice rename column id to key;
alter table notice rename column done_at to planned_at;
alter table notice alter column customer_id drop not null;
alter table notice
  -- What the app calls it; the key names what happened, and keeps it from being told twice.
  add column id text generated always as ('ntf_' || md5(key)) stored unique,
  add column seq bigint generated always as identity,
  add column merchant_id text references merchant,
  -- What it tells of stands in the event; absent: the kind says all.
  add column event_id text,
  -- Business time.
  add column at timestamptz,
  add column read_at timestamptz,
  add constraint notice_addressee check ((customer_id is null) <> (merchant_id is null));
update notice set at = created_at, read_at = created_at;
alter table notice alter column at set default business_now(), alter column at set not null;
create index notice_of_customer on notice (customer_id, seq desc) where customer_id is not null;
create index notice_unread on notice (customer_id) where read_at is null;

update notice n set event_id = (
  select e.id from event e where e.object_id = n.object_id
    and e.type in ('payment.requires_capture', 'payment.succeeded', 'withdrawal.processing')
    order by e.object_version limit 1
) where n.kind = 'debit';
update notice set kind = 'withdrawal_sent' where kind = 'debit' and object_id like 'wdr~_%' escape '~';

-- One message to one address or device; the notifier takes its id once.
create table notice_delivery (
  id text primary key check (length(id) <= 100),
  seq bigint generated always as identity,
  notice_id text not null references notice (id),
  channel text not null check (channel in ('email', 'sms', 'push')),
  device_id text references device,
  -- Whose messages by this way go out one after the other: addressee, channel, device; those of security by themselves.
  lane text not null,
  language text not null check (language in ('en', 'zh')),
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'undeliverable')),
  -- Business time: not before, since it is quiet until then.
  due_at timestamptz not null default business_now(),
  -- Real time of the next attempt.
  next_at timestamptz not null default clock_timestamp(),
  attempts integer not null default 0,
  -- Why the last attempt failed; nothing personal.
  failure text,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  check ((state = 'waiting') = (ended_at is null)),
  check ((channel = 'push') = (device_id is not null))
);
create index notice_delivery_due on notice_delivery (due_at) where state = 'waiting';
create index notice_delivery_lane on notice_delivery (lane, seq) where state = 'waiting';
create index notice_delivery_of_notice on notice_delivery (notice_id);

-- What nobody has been told yet may have been taken by the notifier under the key: so it stays the message's id.
insert into notice_delivery (id, notice_id, channel, lane, language)
  select n.key, n.id, p.channel, n.customer_id || '/' || p.channel, 'en' from notice n
    cross join lateral (
      select case kind when 'email' then 'email' else 'sms' end as channel from personal_data
        where owner_id = n.customer_id and kind in ('email', 'phone') and verified_at is not null
        order by kind limit 1
    ) p where n.planned_at is null order by n.created_at;
update notice set planned_at = clock_timestamp() where planned_at is null;
drop index notice_to_send;
create index notice_to_plan on notice (seq) where planned_at is null;

-- How a customer wants to be told; nobody has to say.
create table notification_preference (
  customer_id text primary key references customer,
  language text not null check (language in ('en', 'zh')),
  -- `HH:MM` in the customer's zone.
  quiet_from text check (quiet_from ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  quiet_to text check (quiet_to ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  -- By category and channel: what differs from the defaults.
  channels jsonb not null default '{}',
  updated_at timestamptz not null default clock_timestamp(),
  check ((quiet_from is null) = (quiet_to is null)),
  check (quiet_from <> quiet_to)
);

-- Where a device can be called: sealed under its owner's key; the keyed hash finds whose it was before.
alter table device add column push_token bytea, add column push_index bytea,
  add constraint device_push check ((push_token is null) = (push_index is null));
create unique index device_push_index on device (push_index) where push_index is not null;
