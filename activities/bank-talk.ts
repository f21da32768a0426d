import { activityInfo } from '@temporalio/activity'
import type { CurrencyCode } from '../domain/currencies.ts'
import type { BankAccountId, CustomerId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { Start } from '../domain/orders.ts'
import type { BankPolicy } from '../domain/policy/index.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { BankInstruction } from '../providers/bank.ts'
import { findPersonalValue } from '../store/personal.ts'
import { readBusinessNow } from '../store/process.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'

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

type BankStart = Start<{ readonly bank: 'a' | 'b' }, Pick<BankPolicy, 'send_timeout_ms' | 'inquiry_timeout_ms'>>

/** A process's words with the bank, under one reference: its own id. */
export function createBankTalk<Thing extends Instructed>(
  { db, ledger, bank, vault, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'bank' | 'vault' | 'crash'>,
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

  /**
   * Says durably that the bank may have it from now on. Only the attempt that said it may send: another one (a worker
   * that was thought dead and wakes up) finds the mark and does not.
   */
  async function markSent({ id, fingerprint }: BankStart, attempt: string): Promise<boolean> {
    for (;;) {
      const thing = await get(id)
      if (thing.state !== 'processing' || thing.sentAt !== null) return false
      const part = sendPart(thing, await readBusinessNow(db))
      const { status } = await ledger.post({ key: `${id}:send:${attempt}`, fingerprint, ...part })
      if (status === 'posted') return true
      if (status !== 'stale') throw new Error(`${id}:send was ${status}`)
    }
  }

  async function takeMarkBack({ id, fingerprint }: BankStart, attempt: string): Promise<void> {
    for (;;) {
      const thing = await get(id)
      if (thing.state !== 'processing') return
      const { status } = await ledger.post({
        key: `${id}:undelivered:${attempt}`,
        fingerprint,
        ...undeliveredPart(thing)
      })
      if (status !== 'stale') return
    }
  }

  return {
    /**
     * Has the bank move the money, once: Temporal never repeats the activity, and the mark lets no second one pass.
     * Whatever goes wrong after the mark is unknown; only a refused connection proves that nothing was delivered.
     */
    send: async (start: BankStart): Promise<BankAnswer> => {
      const instruction = await instructionFor(await get(start.id))
      if (!instruction) return { kind: 'declined', code: 'invalid_bank_account' }
      const attempt = attemptName()
      if (!(await markSent(start, attempt))) return { kind: 'unknown', reason: 'sent_by_another' }
      const answer = await bank.send(instruction, AbortSignal.timeout(start.policy.send_timeout_ms))
      crash(`${kind}.send/reply`)
      if (answer.kind === 'undelivered') await takeMarkBack(start, attempt)
      return answer
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

/** Two attempts must never share it, and one never has two: what a ledger key must not hold otherwise is right here. */
function attemptName(): string {
  const { workflowExecution, activityId, attempt } = activityInfo()
  return `${workflowExecution?.runId}/${activityId}/${attempt}`
}
