import { account, type AccountRef } from '../domain/account-kinds.ts'
import { suspensionBy } from '../domain/bank-account.ts'
import { bankReturnStates, type BankReturnState } from '../domain/bank-return.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { spread } from '../domain/recovery.ts'
import type { Guard, PostingStep, RecordWrite, UnitPart } from '../ledger/unit-of-work.ts'
import {
  debtorOf,
  toBankReturnRow,
  toBankReturnView,
  type AccountMove,
  type BankReturn,
  type WalletMove
} from '../store/bank-return.ts'
import { creditsCounter, debtsCounter, type Debt, type WalletDebts } from '../store/debts.ts'
import type { BankReturnStart } from './bank-return-progress.ts'
import { repaidWrite } from './dispute-write.ts'
import { createRecordWrite, type WriteExtra } from './record-write.ts'
import type { ReturnedOriginal } from './returned-originals.ts'

/** A return's part of the books (ARCHITECTURE.md, "Postings"): what each of its units tests, posts, writes. */

const write = createRecordWrite({
  kind: 'bank-return',
  states: bankReturnStates,
  owners: ({ customerId, merchantId }: BankReturn) => ({
    ...(customerId !== null && { customerId }),
    ...(merchantId !== null && { merchantId })
  }),
  view: toBankReturnView,
  row: toBankReturnRow,
  tasks: true
})

const returnWrite = (
  before: BankReturn | undefined,
  after: BankReturn,
  path: readonly BankReturnState[],
  extra: WriteExtra & { readonly row?: WalletMove & AccountMove } = {}
): RecordWrite => write(before, after, path, extra)

/**
 * What the bank has moved, whatever else is so: of a push it is back in the wallet; of a pull it leaves the wallet as far as
 * it goes, and the customer owes the rest. What we had put on the bank's suspense account comes from there.
 */
export function receivePart(
  start: BankReturnStart,
  seen: BankReturn,
  original: ReturnedOriginal,
  debts: WalletDebts
): UnitPart {
  const { bank, currency, amount, owed, operation } = seen
  const inTransit = account('bank_in_transit', bank, currency)
  const own = holderOf(seen, original)
  const code = 'bank_return'
  const ofPull = (): PostingStep[] => [
    ...step(own, inTransit, amount - owed, code),
    ...step(
      account('customer_receivable', debtorOf(seen).customerId, currency),
      inTransit,
      owed,
      'bank_return.receivable'
    )
  ]
  const isDebt = owed > 0n
  return {
    guards: operation === 'pull' && original.holder === 'wallet' ? availableAsSeen(debtorOf(seen).walletId, debts) : [],
    postings: [
      ...(operation === 'pull' ? ofPull() : step(inTransit, own, amount, code)),
      ...step(account('bank_fee_expense', '', currency), inTransit, seen.charge, 'bank_return.charge')
    ],
    records: [
      returnWrite(undefined, seen, ['received', isDebt ? 'receivable' : 'recovered'], {
        order: start,
        ...(isDebt && { task: taskOf(seen) }),
        row: { ...(isDebt && { wallet_owes: true }), ...suspends(seen) }
      }),
      original.returnedWrite(amount)
    ]
  }
}

/** Where its money went here, and where it comes back to. */
function holderOf({ bank, currency, merchantId, walletId }: BankReturn, { holder }: ReturnedOriginal): AccountRef {
  if (holder === 'suspense') return account('suspense', bank, currency)
  return holder === 'merchant'
    ? account('merchant_payable', merchantId!, currency)
    : account('wallet', walletId!, currency)
}

/** What comes in pays what is owed, in the unit of what comes in; the wallet is free with the last of it. */
export function recoverPart(
  wallet: AccountRef,
  open: readonly Debt[],
  paid: ReturnType<typeof spread<Debt>>
): { readonly postings: PostingStep[]; readonly records: RecordWrite[] } {
  const owed = open.reduce((sum, { outstanding }) => sum + outstanding, 0n)
  const covered = paid.reduce((sum, { part }) => sum + part, 0n)
  const row: WalletMove = owed === covered ? { wallet_owes: false } : {}
  return {
    postings: paid.flatMap(({ debt, part }) => {
      const [code, customerId] =
        'paymentId' in debt
          ? ['dispute.recovered', debt.customerId]
          : ['bank_return.recovered', debtorOf(debt).customerId]
      return step(wallet, account('customer_receivable', customerId, debt.currency), part, code)
    }),
    records: paid.map(({ debt, part }) => {
      if ('paymentId' in debt) return repaidWrite(debt, part, row)
      const after = { ...debt, outstanding: debt.outstanding - part }
      return after.outstanding === 0n
        ? returnWrite(debt, after, ['recovered'], { row })
        : returnWrite(debt, after, [], { event: 'bank_return.partly_recovered', row })
    })
  }
}

/** Finance gives it up: it is our loss. The wallet is free again, or waits for an operator, as they decided. */
export function writeOffPart(
  seen: BankReturn,
  { open, debtsSeen }: WalletDebts,
  { actor, thaw }: { readonly actor: string; readonly thaw: boolean }
): UnitPart {
  const { id, currency, outstanding } = seen
  const { customerId, walletId } = debtorOf(seen)
  const isLast = open.every((other) => other.id === id)
  return {
    guards: [{ kind: 'unmoved', counter: debtsCounter(walletId), seen: debtsSeen }],
    postings: step(
      account('credit_loss_expense', '', currency),
      account('customer_receivable', customerId, currency),
      outstanding,
      'bank_return.write_off'
    ),
    records: [
      returnWrite(seen, { ...seen, outstanding: 0n, givenUp: outstanding }, ['written_off'], {
        actor,
        row: { ...(isLast && { wallet_owes: false }), ...(!thaw && { wallet_frozen: true }) }
      })
    ]
  }
}

/** The account that it came from must not be used again, by what the bank says. */
function suspends({ suspendedBankAccountId, operation, reason }: BankReturn): AccountMove {
  const code = suspensionBy(operation, reason)
  return suspendedBankAccountId !== null && code ? { suspended_for: code } : {}
}

/** Nothing has come into the wallet since it was looked how much is in it; what has left it, the floor finds out. */
export const availableAsSeen = (walletId: string, { debtsSeen, creditsSeen }: WalletDebts): Guard[] => [
  { kind: 'unmoved', counter: debtsCounter(walletId), seen: debtsSeen },
  { kind: 'still', counter: creditsCounter(walletId), seen: creditsSeen }
]

const taskOf = (seen: BankReturn): NonNullable<WriteExtra['task']> => ({
  id: sameDigits('tsk', seen.id),
  kind: 'customer_receivable',
  data: {
    bank: seen.bank,
    reference: seen.reference,
    original_id: seen.originalId,
    wallet_id: seen.walletId,
    owed: toWire({ amount: seen.owed, currency: seen.currency })
  }
})

/** Nothing posts nothing. */
const step = (debit: AccountRef, credit: AccountRef, amount: bigint, code: string): PostingStep[] =>
  amount === 0n ? [] : [{ op: 'post', debit, credit, amount, code }]
