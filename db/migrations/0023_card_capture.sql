-- A payment by card that is captured later: the acquirer holds the money, and is told of each capture and of the end.

alter table payment
  -- {part, amount, final, state, code, taken_at, sent_at}: the last capture that the acquirer was to be told of.
  add column last_capture jsonb,
  -- Whether the acquirer has still to be told that what is left is given up; null: there is nothing to tell.
  add column hold_release text check (hold_release in ('due', 'done'));

-- The payment is over by then, so that nobody looks for it among the open ones.
create index payment_hold_release on payment (id) where hold_release = 'due';
