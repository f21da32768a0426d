-- What refunds and disputes leave on a payment: facets of a record that is over. What each share has given back stands
-- with the share.

-- What is disputed, or was and is lost: it cannot be refunded any more.
alter table payment add column disputed bigint not null default 0 check (disputed >= 0);
alter table payment add constraint payment_given_back_at_most_captured check (refunded + disputed <= captured);
