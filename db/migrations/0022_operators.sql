-- Operators' work: by when something has to be decided, who has been told, whose it is; decisions about many processes at
-- once; and everything that happened to one customer, in one list.

-- Business time, like tasks'.
alter table review alter column created_at set default business_now();

-- Null: it waits for somebody else, and no clock runs.
alter table task add column remind_at timestamptz default business_now() + interval '12 hours';
alter table task add column due_at timestamptz default business_now() + interval '24 hours';
alter table task add column reminded_at timestamptz;
alter table task add column escalated_at timestamptz;
alter table task add column assigned_to text references operator;
alter table task add column assigned_at timestamptz;
update task set remind_at = created_at + interval '12 hours', due_at = created_at + interval '24 hours';
create index task_open_due on task (coalesce(due_at, 'infinity'), id) where state = 'open';

alter table review add column remind_at timestamptz default business_now() + interval '12 hours';
alter table review add column due_at timestamptz default business_now() + interval '24 hours';
alter table review add column reminded_at timestamptz;
alter table review add column escalated_at timestamptz;
alter table review add column assigned_to text references operator;
alter table review add column assigned_at timestamptz;
update review set remind_at = created_at + interval '12 hours', due_at = created_at + interval '24 hours';
create index review_open_due on review (coalesce(due_at, 'infinity'), id) where state = 'open';

-- One decision about all that a filter matched when it was made; a run carries it out, item by item.
create table bulk_decision (
  id text primary key check (id ~ '^blk_[0-9a-f]{32}$'),
  action text not null check (action in ('retry', 'assign')),
  filter jsonb not null,
  -- To whom, of `assign`.
  assign_to text references operator,
  reason text,
  state text not null default 'processing' check (state in ('processing', 'completed')),
  requested_by text not null,
  role text not null,
  fingerprint text not null,
  request_id text not null,
  created_at timestamptz not null default business_now(),
  completed_at timestamptz,
  check ((assign_to is not null) = (action = 'assign')),
  check ((completed_at is not null) = (state = 'completed'))
);
create index bulk_decision_processing on bulk_decision (id) where state = 'processing';

-- What it matched: a process, or a task that is assigned. Without an outcome nobody has come by yet.
create table bulk_decision_item (
  bulk_id text not null references bulk_decision,
  item_id text not null,
  outcome text check (outcome in ('nudged', 'assigned', 'already_over', 'failed')),
  primary key (bulk_id, item_id)
);
create index bulk_decision_item_waiting on bulk_decision_item (bulk_id, item_id) where outcome is null;

-- All that a bank was told between two times.
create index top_up_sent on top_up (bank, sent_at) where sent_at is not null;
create index withdrawal_sent on withdrawal (bank, sent_at) where sent_at is not null;
create index deposit_recovery_sent on deposit_recovery (bank, sent_at) where sent_at is not null;

-- A customer's timeline: events by their customer, and rows of the audit log by whom they are about, which is found out
-- once, when they are written: the log itself is chained, and never gets another column.
create index event_of_customer on event (customer_id, created_at, id) where customer_id is not null;

create table audit_subject (
  customer_id text not null,
  at timestamptz not null,
  -- In one order with the ids of events.
  id text not null,
  seq bigint not null,
  primary key (customer_id, at, id)
);

-- Whom a row is about: a customer, or whose the thing is. Null: nobody in particular.
create function customer_behind(thing text, who text) returns text
  language sql stable set search_path = pg_catalog, public, pg_temp
as $$
  select coalesce(
    case left(thing, 4)
      when 'cus_' then thing
      when 'wal_' then (select w.customer_id from public.wallet w where w.id = thing)
      when 'ban_' then coalesce((select b.customer_id from public.bank_account b where b.id = thing),
        (select l.customer_id from public.bank_link l where l.id = thing))
      when 'ses_' then (select s.customer_id from public.session s where s.id = thing)
      when 'ver_' then (select v.customer_id from public.verification v where v.id = thing)
      when 'tsk_' then (select e.customer_id from public.task t join public.event e on e.object_id = t.process_id
        where t.id = thing and e.customer_id is not null order by e.object_version limit 1)
      when 'rev_' then (select e.customer_id from public.review r join public.event e on e.object_id = r.process_id
        where r.id = thing and e.customer_id is not null order by e.object_version limit 1)
      else (select e.customer_id from public.event e
        where e.object_id = thing and e.customer_id is not null order by e.object_version limit 1)
    end,
    case when left(who, 4) = 'cus_' then who end)
$$;

-- Who only read something did nothing to the customer.
create function note_audit_subject() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  subject text;
begin
  if new.action like '%.read' then return null; end if;
  subject := public.customer_behind(new.object, new.actor);
  if subject is not null then
    insert into public.audit_subject (customer_id, at, id, seq)
      values (subject, new.at, 'aud_' || lpad(new.seq::text, 20, '0'), new.seq);
  end if;
  return null;
end $$;

insert into audit_subject (customer_id, at, id, seq)
  select customer_behind(object, actor), at, 'aud_' || lpad(seq::text, 20, '0'), seq from audit_log
    where action not like '%.read' and customer_behind(object, actor) is not null;
create trigger audit_log_subject after insert on audit_log for each row execute function note_audit_subject();

-- Why a switch was turned; null: nobody said.
alter table kill_switch add column reason text;
