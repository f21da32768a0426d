import type { z } from 'zod'
import { mask } from '../domain/personal.ts'
import type { BankAccount } from '../store/bank-account.ts'
import type { BankAccountReply } from './bank-account-schemas.ts'
import { instant } from './schemas.ts'

type View = z.input<typeof BankAccountReply>

/** A bank account as callers see it: what its process says, under what the account itself is. Nobody is shown a whole IBAN. */
export const toBankAccountReply = (
  view: Partial<View> | Record<string, unknown>,
  account: BankAccount | undefined,
  iban?: string
): View => ({
  ...(view as View),
  ...(account && {
    id: account.id,
    object: 'bank_account' as const,
    customer_id: account.customerId,
    bank: account.bank,
    state: account.state
  }),
  iban: iban === undefined ? null : mask('iban', iban),
  linked_at: account ? instant(account.linkedAt) : null,
  ...(account?.suspension && {
    suspension: {
      by: account.suspension.by,
      code: account.suspension.code,
      since: instant(account.suspension.at)
    }
  })
})
