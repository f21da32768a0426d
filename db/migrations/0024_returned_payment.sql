-- A payment's money that a bank takes back, and payments among what a bank was told between two times.

-- A facet of a record that is over: what of its money the bank has taken back since.
alter table payment add column returned bigint not null default 0 check (returned >= 0);

-- All that a bank, or the acquirer, was told between two times; what the balance pays tells nobody anything.
create index payment_sent on payment (rail, sent_at) where sent_at is not null;
create index card_link_sent on card_link (sent_at) where sent_at is not null;
