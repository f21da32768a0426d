-- Customers link cards: tokens of the acquirer's. No card number comes here, and what tells a card from another is in
-- personal_data alone.

alter table personal_data drop constraint personal_data_kind_check;
alter table personal_data add constraint personal_data_kind_check check (kind in ('name', 'email', 'phone', 'document',
  'iban', 'birth_date', 'person', 'document_number', 'selfie', 'address', 'source_of_funds', 'proof_of_address',
  'card_token', 'card_fingerprint', 'card_details'));

-- A customer links a card once: verified_at is set by the unit that links it, and the row goes when it is unlinked.
create unique index personal_data_card on personal_data (owner_id, blind_index)
  where kind = 'card_fingerprint' and verified_at is not null;

create table card (
  id text primary key check (id ~ '^crd_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  brand text not null,
  funding text not null check (funding in ('credit', 'debit', 'prepaid')),
  expiry_month smallint not null check (expiry_month between 1 and 12),
  expiry_year smallint not null,
  state text not null check (state in ('linked', 'unlinked')),
  linked_at timestamptz not null default business_now()
);
create index card_of_customer on card (customer_id, linked_at);

-- Beyond its state; written with its process, by store/card-link.ts's statement, which also makes the card. Its id is the
-- card's, and the reference that the acquirer is given.
create table card_link (
  id text primary key check (id ~ '^crd_[0-9a-f]{32}$'),
  customer_id text not null references customer,
  -- What the acquirer has said of it; null until it is linked.
  brand text,
  funding text,
  expiry_month smallint,
  expiry_year smallint,
  decline_code text,
  acquirer_reference text,
  -- Business time: from then on the acquirer may have been asked.
  sent_at timestamptz,
  created_at timestamptz not null
) with (fillfactor = 80);
create index card_link_of_customer on card_link (customer_id, created_at);
