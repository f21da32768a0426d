-- Linked bank accounts that must not be used again, and top-ups by card.

-- Why a linked account moves nothing. What was suspended and then unlinked keeps it: until an operator lifts it, its IBAN
-- stays proved, so that nobody links it anew.
alter table bank_account
  add column suspended_by text check (suspended_by in ('bank', 'operator')),
  add column suspended_for text check (suspended_for in ('account_closed', 'unauthorized', 'under_review')),
  -- Business time.
  add column suspended_at timestamptz,
  add check ((suspended_by is null) = (suspended_for is null) and (suspended_by is null) = (suspended_at is null)),
  add check (state <> 'suspended' or suspended_by is not null),
  add check (state <> 'linked' or suspended_by is null);

-- The account that the return has suspended.
alter table bank_return add column suspended_bank_account_id text;

-- A top-up comes from a bank account or a card; `bank` is whose books it is in: of a card, 'acquirer'.
alter table top_up
  alter column bank_account_id drop not null,
  add column card_id text,
  add check ((bank_account_id is null) <> (card_id is null)),
  add check ((card_id is null) = (bank <> 'acquirer'));
-- Whoever unlinks a card looks for top-ups on their way from it.
create index top_up_of_card on top_up (card_id) where card_id is not null;
