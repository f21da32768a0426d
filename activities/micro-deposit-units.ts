import { account } from '../domain/account-kinds.ts'
import { currency } from '../domain/currencies.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { PostingStep } from '../ledger/unit-of-work.ts'
import { depositNumbers, type BankLink, type Deposit } from '../store/bank-link.ts'
import type { DepositRecovery } from '../store/deposit-recovery.ts'
import { openAmounts } from '../store/micro-deposits.ts'
import type { Vault } from '../store/vault.ts'

/** A micro-deposit's part of the books (ARCHITECTURE.md, "Postings"). */

export const DEPOSIT_CURRENCY = currency('USD')

const receivable = account('micro_deposit_receivable', '', DEPOSIT_CURRENCY)
const expense = account('micro_deposit_expense', '', DEPOSIT_CURRENCY)
const inTransit = (bank: 'a' | 'b') => account('bank_in_transit', bank, DEPOSIT_CURRENCY)

const holdOf = ({ id }: BankLink, number: number): string => `${id}/${number}`
const sides = ({ bank }: BankLink) => ({ debit: receivable, credit: inTransit(bank) })

/** Both are reserved before the first one is sent. */
export const holdSteps = (link: BankLink, amounts: readonly bigint[]): PostingStep[] =>
  depositNumbers.map((number) => ({
    op: 'hold',
    hold: holdOf(link, number),
    ...sides(link),
    amount: amounts[number - 1]!,
    code: 'micro_deposit'
  }))

export const bookSteps = (link: BankLink, number: number): PostingStep[] => [
  { op: 'post_hold', hold: holdOf(link, number), ...sides(link), code: 'micro_deposit' }
]

/** The link ends otherwise than linked: what was not sent is released, what the customer has got stays with them. */
export function lossSteps(vault: Vault, link: BankLink): PostingStep[] {
  const amounts = openAmounts(vault, link)
  return link.deposits.map(({ state }, index) =>
    state === 'held'
      ? { op: 'void_hold', hold: holdOf(link, index + 1), ...sides(link), code: 'micro_deposit.void' }
      : { op: 'post', debit: expense, credit: receivable, amount: amounts[index]!, code: 'micro_deposit.lost' }
  )
}

/** The pull that a linked account's deposits come back with. */
export const newRecovery = (vault: Vault, link: BankLink, now: Date): DepositRecovery => ({
  id: sameDigits('mdr', link.id),
  state: 'processing',
  version: 0,
  customerId: link.customerId,
  bankAccountId: link.id,
  bank: link.bank,
  currency: DEPOSIT_CURRENCY,
  amount: openAmounts(vault, link).reduce((sum, amount) => sum + amount, 0n),
  declineCode: null,
  bankReference: null,
  sentAt: null,
  createdAt: now
})

/** What its run is started with; by the workflow of the link, or by the sweeper. */
export const recoveryOrder = (recovery: DepositRecovery) => ({
  customer_id: recovery.customerId,
  bank_account_id: recovery.bankAccountId,
  bank: recovery.bank,
  amount: toWire(recovery)
})

export const recoveredSteps = ({ bank, amount }: DepositRecovery): PostingStep[] => [
  { op: 'post', debit: inTransit(bank), credit: receivable, amount, code: 'micro_deposit.recovered' }
]

export const unrecoveredSteps = ({ amount }: DepositRecovery): PostingStep[] => [
  { op: 'post', debit: expense, credit: receivable, amount, code: 'micro_deposit.lost' }
]

export const withDeposit = (link: BankLink, number: number, to: Partial<Deposit>): BankLink => ({
  ...link,
  deposits: link.deposits.map((deposit, index) => (index === number - 1 ? { ...deposit, ...to } : deposit))
})
