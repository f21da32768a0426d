-- Bills: who is paid, and what is paid. A bill payment's id is the reference under which the billers' network knows it.

alter table personal_data drop constraint personal_data_kind_check;
alter table personal_data add constraint personal_data_kind_check check (kind in (
  'name', 'email', 'phone', 'document', 'iban', 'birth_date', 'person', 'document_number', 'selfie', 'address',
  'source_of_funds', 'proof_of_address', 'card_token', 'card_fingerprint', 'card_details', 'business', 'business_number',
  'biller_account'));

create table biller (
  id text primary key check (id ~ '^bil_[0-9a-f]{32}$'),
  name text not null,
  category text not null check (category in ('water', 'power', 'gas', 'phone', 'internet', 'rent', 'insurance', 'tax', 'television')),
  country text not null check (country ~ '^[A-Z]{2}$'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- How the billers' network calls it.
  network_code text not null unique,
  -- What an account number there looks like, without spaces: a regular expression for the whole of it, and the rule of its
  -- last digits.
  account_pattern text not null,
  check_digit text check (check_digit in ('luhn', 'mod97')),
  account_example text not null,
  account_hint text not null,
  -- Whether the network can be asked what is due.
  tells_bills boolean not null,
  -- Minor units, what its customers pay beside the bill.
  fee bigint not null check (fee >= 0),
  state text not null default 'active' check (state in ('active', 'suspended', 'closed')),
  created_at timestamptz not null default business_now()
);
create index biller_listed on biller (created_at, id);

create table bill_payment (
  id text primary key check (id ~ '^bpm_[0-9a-f]{32}$'),
  customer_id text not null,
  wallet_id text not null,
  biller_id text not null references biller,
  -- What the account number stands under in personal data, and the keyed index that tells equal ones.
  account_reference text not null,
  account_index text not null,
  bill_reference text,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- Null: not known before the bill is asked for.
  amount bigint check (amount > 0),
  cap bigint check (cap > 0),
  fee bigint not null check (fee >= 0),
  due_date text check (due_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  -- Business times. Both are the creation's for one that is due at once.
  announce_at timestamptz not null,
  debit_at timestamptz not null,
  -- Since then the customer knows when, and has been told.
  noticed_at timestamptz,
  -- It was ordered for later.
  scheduled boolean not null,
  approval_required boolean not null,
  -- What the customer has said yes to.
  approved_at timestamptz,
  approved_amount bigint,
  approval_deadline timestamptz,
  approval_extended boolean not null default false,
  -- How often the money was looked for, and when that is done next.
  attempt integer not null default 0 check (attempt >= 0),
  next_attempt_at timestamptz,
  warned boolean not null default false,
  held_at timestamptz,
  limit_counters text[] not null default '{}',
  network_reference text,
  -- Business time of the send: the inquiry plan counts from here, also after a restart.
  sent_at timestamptz,
  decline_code text,
  -- Nobody else pays this bill: it is not failed, canceled or skipped.
  claimed boolean not null,
  -- What the biller has given back since.
  reversed bigint not null default 0 check (reversed between 0 and amount),
  metadata jsonb not null,
  risk jsonb,
  -- Of a mandate's occurrence; the unshifted local date of the rule.
  mandate_id text,
  period text check (period ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  late_policy text check (late_policy in ('pay_late', 'skip', 'ask')),
  created_at timestamptz not null,
  check ((mandate_id is null) = (period is null)),
  unique (mandate_id, period)
) with (fillfactor = 80);
-- A bill is paid once; a counter refuses the second one before this does.
create unique index bill_payment_of_bill on bill_payment (biller_id, account_index, bill_reference) where claimed and bill_reference is not null;
create index bill_payment_of_customer on bill_payment (customer_id, created_at, id);
create index bill_payment_of_wallet on bill_payment (wallet_id, created_at, id);
create index bill_payment_of_biller on bill_payment (biller_id, created_at, id);
create index bill_payment_listed on bill_payment (created_at, id);

-- What the network has taken from our bank for a biller, or what a biller has given back: its list, as far as it is booked here.
create table biller_news (
  -- Its place in the network's list.
  seq bigint primary key,
  kind text not null check (kind in ('settled', 'reversed')),
  -- The network's own, and the bank's where the bank has moved it.
  reference text not null unique,
  bank text check (bank in ('a', 'b')),
  biller_id text not null references biller,
  -- Of what was given back.
  bill_payment_id text references bill_payment,
  currency text not null,
  amount bigint not null check (amount > 0),
  payments integer not null check (payments > 0),
  at timestamptz not null,
  booked_at timestamptz not null default business_now()
);
create index biller_news_of_biller on biller_news (biller_id, seq);
