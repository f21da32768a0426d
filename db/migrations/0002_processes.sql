-- What every process has in common: its state, its order, its history. The columns that differ stand in a table a process.

create table process (
  id text primary key,
  kind text not null,
  state text not null,
  -- Not terminal yet: the sweeper looks at these, and finds the workflow or starts it again from here.
  open boolean not null,
  version integer not null check (version > 0),
  -- Start argument of the workflow, the policy snapshot included; no personal data.
  "order" jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 70);
create index process_open on process (id) where open;

-- One row a drawn arrow that a process crossed, committed with the money: the record's history and what the world is told.
-- Rows of process_id = null-state events (a part captured, a task opened) carry from_state = to_state.
create table event (
  id text primary key default ('evt_' || replace(uuidv7()::text, '-', '')),
  -- The reader's cursor is (xid, seq): rows above the oldest running transaction stay hidden until it ends, since two
  -- batches in flight commit in any order.
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  type text not null,
  object_id text not null,
  -- The unit of work that it was committed with.
  unit_id bigint not null,
  object_version integer not null,
  from_state text,
  to_state text not null,
  customer_id text,
  merchant_id text,
  -- Who asked for it: a customer, an operator, a service; null: the process itself (a deadline, a bank's answer).
  actor text,
  data jsonb not null,
  created_at timestamptz not null
);
create index event_cursor on event (xid, seq);
create unique index event_history on event (object_id, object_version);

create trigger event_immutable before update or delete on event for each row execute function refuse_change();
create trigger event_no_truncate before truncate on event for each statement execute function refuse_change();
create trigger process_no_delete before delete on process for each row execute function refuse_change();
create trigger process_no_truncate before truncate on process for each statement execute function refuse_change();
