import { SUSPENDED } from '../domain/bank-account.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import type { BankAccountId, CustomerId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { Start } from '../domain/orders.ts'
import type { BankPolicy } from '../domain/policy/index.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { BankInstruction, BankProvider } from '../providers/bank.ts'
import { lockBankAccount } from '../store/bank-account.ts'
import { findPersonalValue } from '../store/personal.ts'
import type { BankInquiry, SendAnswer } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import { createSendOnce, marksOf } from './send-once.ts'

/** What of a record its instruction to a bank is made of. */
interface Instructed {
  readonly id: string
  readonly state: string
  readonly customerId: CustomerId
  readonly bankAccountId: BankAccountId
  readonly bank: 'a' | 'b'
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly sentAt: Date | null
}

/** How one kind of process gives its instruction, and what it puts on record about it. */
interface Instruction<Thing extends Instructed> {
  /** The process's name in its crash points. */
  readonly kind: string
  readonly operation: BankInstruction['operation']
  get(id: string): Promise<Thing>
  sendPart(thing: Thing, sentAt: Date): UnitPart
  undeliveredPart(thing: Thing): UnitPart
}

export type BankTalkDeps = Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'crash'> & {
  readonly bank: Pick<BankProvider, 'send' | 'inquire'>
}

type BankStart = Start<{ readonly bank: 'a' | 'b' }, Pick<BankPolicy, 'send_timeout_ms' | 'inquiry_timeout_ms'>>

/** A process's words with the bank, under one reference: its own id. */
export function createBankTalk<Thing extends Instructed>(
  { db, ledger, bank, vault, crash }: BankTalkDeps,
  { kind, operation, get, sendPart, undeliveredPart }: Instruction<Thing>
) {
  /** Who holds the account, and its number: read just before the call, and kept nowhere. */
  async function instructionFor(thing: Thing): Promise<BankInstruction | undefined> {
    const { id, customerId: ownerId, bankAccountId: reference } = thing
    const [iban, holder] = await Promise.all([
      findPersonalValue(db, vault, { ownerId, kind: 'iban', reference }),
      findPersonalValue(db, vault, { ownerId, kind: 'name' })
    ])
    if (iban === undefined || holder === undefined) return undefined
    return { bank: thing.bank, operation, reference: id, iban, holder, money: toWire(thing) }
  }

  const sendOnce = createSendOnce({ ledger, bank, crash })

  return {
    /** Has the bank move the money, once. */
    send: async ({ id, fingerprint, policy }: BankStart): Promise<SendAnswer> => {
      const thing = await get(id)
      const instruction = await instructionFor(thing)
      if (!instruction) return { kind: 'declined', code: 'invalid_bank_account' }
      // Unlinked since it was accepted: whoever unlinks looks for open orders first, and we wait for them here.
      const account = await lockBankAccount(db, thing.bankAccountId, 'share')
      if (account?.state === 'unlinked') return { kind: 'declined', code: 'account_closed' }
      if (account?.state === 'suspended') return { kind: 'not_sent', code: SUSPENDED }
      return sendOnce({
        instruction,
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: `${kind}.send/reply`,
        ...marksOf(db, { get: () => get(id), state: 'processing', sendPart, undeliveredPart })
      })
    },

    /** Asks the bank what became of it; what it says, "unknown" included, is a value. */
    inquire: async (start: BankStart): Promise<BankInquiry> => {
      crash(`${kind}.inquire/before`)
      const signal = AbortSignal.timeout(start.policy.inquiry_timeout_ms)
      const answer = await bank.inquire(start.order.bank, start.id, signal)
      crash(`${kind}.inquire/reply`)
      return answer
    }
  }
}
