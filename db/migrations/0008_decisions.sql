-- What a person or a backend decided about a running process: the authority. The workflow is told "look again" and reads
-- it here; nothing that arrives through Temporal decides anything.

create table decision (
  id text primary key check (id ~ '^[0-9a-f]{32}$'),
  process_id text not null,
  action text not null,
  data jsonb not null,
  actor text not null,
  role text not null,
  fingerprint text not null,
  request_id text not null,
  -- The unit of work that carries it out; while it is not there, the decision is not consumed.
  unit_key text not null unique,
  created_at timestamptz not null default clock_timestamp()
);
create index decision_of_process on decision (process_id, created_at);
create trigger decision_immutable before update or delete on decision for each row execute function refuse_change();
create trigger decision_no_truncate before truncate on decision for each statement execute function refuse_change();

-- What waits for an operator: a stuck step, with what it is about. Closed by the decision that it led to.
create table task (
  id text primary key check (id ~ '^tsk_[0-9a-f]{32}$'),
  process_id text not null,
  kind text not null,
  state text not null default 'open' check (state in ('open', 'done')),
  data jsonb not null,
  created_at timestamptz not null,
  done_at timestamptz
);
create index task_open on task (created_at) where state = 'open';
create index task_of_process on task (process_id);

-- A decision that needs a second operator (four eyes).
create table review (
  id text primary key check (id ~ '^rev_[0-9a-f]{32}$'),
  process_id text not null,
  action text not null,
  data jsonb not null,
  -- lapsed: the process ended before anyone decided.
  state text not null default 'open' check (state in ('open', 'approved', 'rejected', 'lapsed')),
  requested_by text not null,
  decided_by text,
  fingerprint text not null,
  request_id text not null,
  created_at timestamptz not null default clock_timestamp(),
  decided_at timestamptz,
  check (decided_by is null or decided_by <> requested_by)
);
-- One thing waits for one review at a time.
create unique index review_open on review (process_id, action) where state = 'open';
create index review_of_process on review (process_id);
