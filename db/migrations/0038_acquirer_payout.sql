-- What the card acquirer has paid out to our bank, as it was booked.

create table acquirer_payout (
  -- Its place in the acquirer's list.
  seq bigint primary key,
  -- The bank's own.
  reference text not null unique,
  bank text not null check (bank in ('a', 'b')),
  currency text not null,
  amount bigint not null check (amount > 0),
  -- What the acquirer has kept.
  fee bigint not null check (fee >= 0),
  at timestamptz not null,
  booked_at timestamptz not null default business_now()
);
