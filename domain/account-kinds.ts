import type { CurrencyCode } from './currencies.ts'

/**
 * The chart of accounts. Side `D`: balance = debits − credits; `C`: balance = credits − debits.
 * `floor: true` means that *available* (posted minus what is pending against it) may never go below zero.
 * The same table stands in the database (`ledger_account_kind`); a test holds them together.
 */
export const accountKinds = {
  bank_cash: { side: 'D', floor: false },
  bank_in_transit: { side: 'D', floor: false },
  customer_receivable: { side: 'D', floor: true },
  merchant_receivable: { side: 'D', floor: true },
  micro_deposit_receivable: { side: 'D', floor: true },
  provisional_credit: { side: 'D', floor: true },
  sponsor_receivable: { side: 'D', floor: false },
  loan_principal: { side: 'D', floor: true },
  loan_interest_receivable: { side: 'D', floor: true },
  loan_fee_receivable: { side: 'D', floor: true },
  loan_allowance: { side: 'C', floor: false },
  wallet: { side: 'C', floor: true },
  merchant_payable: { side: 'C', floor: true },
  merchant_reserve: { side: 'C', floor: true },
  transfer_escrow: { side: 'C', floor: true },
  refund_payable: { side: 'C', floor: true },
  settlement_payable: { side: 'C', floor: true },
  biller_payable: { side: 'C', floor: true },
  remittance_payable: { side: 'C', floor: true },
  dispute_reserve: { side: 'C', floor: true },
  rewards_pending: { side: 'C', floor: true },
  rewards_available: { side: 'C', floor: true },
  suspense: { side: 'C', floor: false },
  fx_position: { side: 'C', floor: false },
  fee_income: { side: 'C', floor: false },
  fx_spread_income: { side: 'C', floor: false },
  interest_income: { side: 'C', floor: false },
  recovery_income: { side: 'C', floor: false },
  breakage_income: { side: 'C', floor: false },
  rewards_expense: { side: 'D', floor: false },
  credit_loss_expense: { side: 'D', floor: false },
  dispute_loss_expense: { side: 'D', floor: false },
  bank_fee_expense: { side: 'D', floor: false },
  micro_deposit_expense: { side: 'D', floor: false },
  capital: { side: 'C', floor: false }
} as const satisfies Record<string, { side: 'D' | 'C'; floor: boolean }>

export type AccountKind = keyof typeof accountKinds

/** One ledger account: its kind, whose it is (a business id, a bank, a kind of fee; '' for the one of its kind), its currency. */
export interface AccountRef {
  readonly kind: AccountKind
  readonly owner: string
  readonly currency: CurrencyCode
}

export const account = (kind: AccountKind, owner: string, currency: CurrencyCode): AccountRef => ({
  kind,
  owner,
  currency
})

/** `wallet:wal_…:USD`: how people and `verify` name an account. */
export const accountName = ({ kind, owner, currency }: AccountRef): string =>
  owner === '' ? `${kind}:${currency}` : `${kind}:${owner}:${currency}`
