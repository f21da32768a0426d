-- What the application role may do, all of it on one page; applied anew after every migration.
revoke all on all tables in schema public from :app_role;
revoke all on all functions in schema public from public, :app_role;
revoke create on schema public from public, :app_role;
grant usage on schema public to :app_role;

-- The books and the processes: read everything, write nothing; money moves through post_units alone.
grant select on schema_migration, business_clock, ledger_account_kind, ledger_account, unit, posting, entry, hold, limit_counter, process, event to :app_role;
grant execute on function business_now(), entry_version_at(bigint, timestamptz) to :app_role;
grant execute on function open_ledger_account(text, text, text), post_units to :app_role;


-- Who is who: the application keeps these records itself, and removes only what may be forgotten. The audit log grows
-- through append_audit alone.
grant select, insert, update on customer, password, pin, session, refresh_token, operator, api_key, kill_switch to :app_role;
grant select, insert, update, delete on personal_key, personal_data, rate_limit, stored_reply, callback_receipt to :app_role;
grant delete on refresh_token to :app_role;
grant select on audit_log to :app_role;
grant execute on function append_audit(text, text, text, text, jsonb) to :app_role;

-- Parties, processes' own columns, decisions and tasks: the store's set-based statements write them.
grant select, insert on wallet, merchant, bank_account, decision to :app_role;
grant update (state) on wallet, merchant, bank_account to :app_role;
grant update (frozen_by) on wallet to :app_role;
grant update (suspended_by, suspended_for, suspended_at) on bank_account to :app_role;
grant select, insert, update on payment, top_up, task, review to :app_role;

-- Registration: a code is made, sent, and used up; a consent stands.
grant select, insert, update on verification to :app_role;
grant select, insert on consent to :app_role;

-- QR codes are given out once and never changed.
grant select, insert on qr_code to :app_role;

-- KYC: the application's row is written with its process; the customer's tier and state follow from it (above).
grant select, insert, update on onboarding to :app_role;

-- Own limits: set and set again by their owner.
grant select, insert, update on own_limit to :app_role;

-- Screening: the last one of each customer.
grant select, insert, update on screening to :app_role;

-- Payment requests: written with their process, or with the payment that pays them.
grant select, insert, update on payment_request to :app_role;

-- Refunds: written with their process.
grant select, insert, update on refund to :app_role;

-- Withdrawals: written with their process.
grant select, insert, update on withdrawal to :app_role;

-- Cards: made and linked by their process; the owner unlinks them.
grant select, insert, update on card_link to :app_role;
grant select, insert on card to :app_role;
grant update (state) on card to :app_role;

-- Bank links: written with their processes; the linked account, and what proves its IBAN, with them (above).
grant select, insert, update on bank_link, deposit_recovery to :app_role;

-- Operators: what was decided about many at once, and how far it has come; whom the audit log is about is noted by its own trigger.
grant select, insert, update on bulk_decision, bulk_decision_item to :app_role;
grant select on audit_subject to :app_role;
-- KYB: what a business agreed to stands; who suspended it; its last screening.
grant select, insert on merchant_consent to :app_role;
grant update (suspended_by) on merchant to :app_role;
grant select, insert, update on merchant_screening to :app_role;
-- Devices, second factors, forgotten passwords, what customers say of debits and are told.
grant select, insert, update on device, password_reset, second_factor, notice to :app_role;
grant delete on second_factor to :app_role;
-- Notifications: how they are delivered, and how customers want them.
grant select, insert, update on notice_delivery, notification_preference to :app_role;
grant select, insert, update, delete on recovery_code to :app_role;
grant select, insert on debit_report to :app_role;
grant select, update on notice_cursor to :app_role;
-- Bank returns: written with their process, and with them whether the wallet owes; what was heard of.
grant select, insert, update on bank_return, bank_return_news, bank_return_cursor to :app_role;
grant update (owes) on wallet to :app_role;

-- Automatic top-ups: a customer's rules, set, changed and taken away by them.
grant select, insert, update, delete on automatic_top_up to :app_role;

-- Disputes: written with their process; what the parties show and write is added and never changed.
grant select, insert, update on dispute to :app_role;
grant select, insert on dispute_file, dispute_statement to :app_role;
-- Chargebacks, as the acquirer has said them: never changed.
grant select, insert on chargeback to :app_role;
-- What we give up: written with its process.
grant select, insert, update on concession to :app_role;
-- Risk rules: made and removed by admins, never changed.
grant select, insert on risk_rule to :app_role;
grant update (removed_by, removed_at) on risk_rule to :app_role;
-- Settlements: written with their process; where merchants are paid; the days that were settled.
grant select, insert, update on settlement, settlement_account to :app_role;
grant select, insert on settlement_day to :app_role;
-- Reconciliations: statements as they came, and what became of their lines; what is expected is read off the books. A month that
-- is closed stays closed.
grant select, insert on bank_statement_file, accounting_period to :app_role;
grant select, insert, update on reconciliation, bank_expectation, reconciliation_item to :app_role;
grant select, insert, update, delete on statement_line to :app_role;

-- Webhooks: endpoints and what they are told are changed as it goes; an attempt stands.
grant select, insert, update on webhook_endpoint, webhook_delivery to :app_role;
grant select, insert on webhook_attempt to :app_role;
-- Bills: the directory is the admins'; a payment is written with its process; what the network settled stands.
grant select, insert on biller, biller_news to :app_role;
grant update (state) on biller to :app_role;
grant select, insert, update on bill_payment to :app_role;

-- What the acquirer paid out stands.
grant select, insert on acquirer_payout to :app_role;

-- Mandates are written with their processes; what Temporal was told of them is kept beside.
grant select, insert, update on mandate to :app_role;
grant select, insert, update, delete on mandate_schedule to :app_role;
