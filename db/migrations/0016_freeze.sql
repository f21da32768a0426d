-- Who froze a wallet decides who may thaw it; null: it is not frozen, or by a process.
alter table wallet add column frozen_by text check (frozen_by in ('owner', 'operator'));
