-- The acquirer's list of what card holders have had taken back is read as the banks' lists of returns are.

alter table bank_return_cursor drop constraint bank_return_cursor_bank_check;
alter table bank_return_cursor add constraint bank_return_cursor_bank_check check (bank in ('a', 'b', 'acquirer'));
