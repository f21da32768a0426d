import { log } from '@temporalio/activity'
import { suspensionBy } from '../domain/bank-account.ts'
import { currency } from '../domain/currencies.ts'
import { idOf } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import { isInWindow } from '../domain/return-window.ts'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { countReturnNews, dismissReturnNews } from '../store/bank-return-news.ts'
import { findBankReturn, getBankReturn, type BankReturn } from '../store/bank-return.ts'
import { findTakenBack } from '../store/chargeback.ts'
import { NO_DEBTS, readAvailable, readWalletDebts } from '../store/debts.ts'
import { findProcess, readBusinessNow } from '../store/process.ts'
import { toBankReturnProgress, type BankReturnProgress, type BankReturnStart } from './bank-return-progress.ts'
import { receivePart } from './bank-return-units.ts'
import type { ReturnInquiry } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import { findOriginal, type ReturnedOriginal } from './returned-originals.ts'
import { settle } from './settle.ts'

type Returned = Extract<ReturnInquiry, { kind: 'returned' }>

/** What became of booking a return. `not_yet`: we have still to hear that the bank had booked what it sends back. */
export type Received =
  | { readonly kind: 'booked'; readonly progress: BankReturnProgress }
  | { readonly kind: 'not_yet' }
  | { readonly kind: 'not_ours' }

/** A return's steps in our books, and its words with the bank. */
export function bankReturnActivities({
  db,
  ledger,
  bank,
  runs,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'runs' | 'crash'> & {
  readonly bank: Pick<ActivityDeps['bank'], 'inquireReturn'>
}) {
  const find = async ({ id }: BankReturnStart): Promise<BankReturnProgress | null> => {
    const there = await findBankReturn(db, id)
    return there ? toBankReturnProgress(there) : null
  }

  /** A refusal says that a payment was faster: then less is there than was seen, and the next attempt looks again. */
  async function receive(start: BankReturnStart, word: Returned): Promise<'booked' | 'not_yet' | 'not_ours'> {
    for (let attempt = 0; ; attempt++) {
      const original = await findOriginal(db, word.originalReference)
      if (!original || original.bank !== start.order.bank) return 'not_ours'
      // A bank sends an instruction back whole and once; of a card's money each chargeback takes its own part.
      if (original.returned > 0n && original.bank !== 'acquirer') return 'not_ours'
      if (original.bookedAt === null) return 'not_yet'
      const settled = await settle(ledger, async () => {
        const { seen, debts, current } = await readForReceipt(start, word)
        const part = receivePart(start, seen, current, debts)
        return { key: `${start.id}:receive:${attempt}`, fingerprint: start.fingerprint, ...part }
      })
      if (settled.kind === 'posted') return 'booked'
      if (settled.code !== 'insufficient_funds') throw new Error(`${start.id} was refused: ${settled.code}`)
    }
  }

  async function readForReceipt(start: BankReturnStart, word: Returned) {
    const current = (await findOriginal(db, word.originalReference))!
    const { walletId } = current
    const debts = walletId === null ? NO_DEBTS : await readWalletDebts(db, walletId)
    const available = walletId === null ? 0n : await readAvailable(db, walletId, word.money.currency)
    const seen = newReturn(start, word, current, { available, now: await readBusinessNow(db) })
    return { current, debts, seen }
  }

  return {
    /** Null while nothing of it is booked. */
    readBankReturn: find,

    /** Asks the bank about its return: the callback, or its list, only named it. */
    inquireReturn: async ({ order, policy }: BankReturnStart): Promise<ReturnInquiry> => {
      if (order.bank === 'acquirer') return chargedBack(db, order.reference)
      const times = await countReturnNews(db, order)
      const signal = AbortSignal.timeout(policy.inquiry_timeout_ms)
      const word = await bank.inquireReturn(order.bank, order.reference, signal)
      if (word.kind === 'not_found') await dismissReturnNews(db, order, times)
      return word
    },

    /** Books what the bank has moved, once, whatever is in the wallet. */
    receiveReturn: async (start: BankReturnStart, word: Returned): Promise<Received> => {
      const there = await find(start)
      if (there) return { kind: 'booked', progress: there }
      const kind = await receive(start, word)
      if (kind === 'not_ours') {
        log.error('a bank returned what is not ours, or came back before', { return: start.id, ...start.order })
        await dismissReturnNews(db, start.order, await countReturnNews(db, start.order))
      }
      if (kind !== 'booked') return { kind }
      const progress = toBankReturnProgress(await getBankReturn(db, start.id))
      crash('bank-return.receive/report')
      return { kind, progress }
    },

    /** The bank has booked what we do not know to be booked: has whoever gave the instruction ask now. */
    hastenOriginal: async (_start: BankReturnStart, originalReference: string): Promise<void> => {
      const original = await findOriginal(db, originalReference)
      const record = original && (await findProcess(db, original.id))
      if (record?.open) await runs.nudge(workflowIdOf(record.kind, record.id))
      // Over, and not by the bank's own word: an operator has given it up, or booked it by letter.
      else if (record && original.bookedAt === null) await runs.restart('late-bank-news', record.id, record.order)
    }
  }
}

/** The acquirer has said it already: what of it the customer answers for. */
async function chargedBack(db: ActivityDeps['db'], reference: string): Promise<ReturnInquiry> {
  const known = await findTakenBack(db, reference)
  if (!known) return { kind: 'not_found' }
  const { originalId: originalReference, fromCustomer: amount, currency, reason, heardAt } = known
  const money = toWire({ amount, currency })
  return { kind: 'returned', originalReference, money, reason, returnedAt: heardAt.toISOString() }
}

/** As it will stand once it is booked: of a pull, what the wallet does not have is owed. */
function newReturn(
  { id, order, policy }: BankReturnStart,
  { money, charge, reason, returnedAt, originalReference }: Returned,
  original: ReturnedOriginal,
  { available, now }: { readonly available: bigint; readonly now: Date }
): BankReturn {
  const amount = BigInt(money.amount)
  const there = original.operation === 'pull' && original.holder === 'wallet' ? available : amount
  const owed = there < amount ? amount - there : 0n
  return {
    id: idOf('ret', id),
    state: 'received',
    version: 0,
    bank: order.bank,
    reference: order.reference,
    originalId: originalReference,
    operation: original.operation,
    customerId: original.customerId,
    walletId: original.walletId,
    // A payment has a merchant too, and came from a wallet.
    merchantId: original.walletId === null ? (original.merchantId ?? null) : null,
    currency: currency(money.currency),
    amount,
    charge: charge ? BigInt(charge.amount) : 0n,
    reason,
    // Schemes let no chargeback pass that comes too late.
    inWindow:
      order.bank === 'acquirer' ||
      isInWindow({ bookedAt: original.bookedAt!, returnedAt: new Date(returnedAt), reason }, policy),
    owed,
    outstanding: owed,
    givenUp: 0n,
    returnedAt: new Date(returnedAt),
    createdAt: now,
    suspendedBankAccountId: suspensionBy(original.operation, reason) ? (original.bankAccountId ?? null) : null
  }
}
