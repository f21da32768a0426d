import { activityInfo } from '@temporalio/activity'
import { toWire } from '../domain/money.ts'
import type { BankInstruction, BankProvider } from '../providers/bank.ts'
import { lockBankAccount } from '../store/bank-account.ts'
import { findPersonalValue } from '../store/personal.ts'
import { readBusinessNow } from '../store/process.ts'
import { getTopUp, type TopUp } from '../store/top-up.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import type { TopUpStart } from './top-up-progress.ts'
import { sendPart, undeliveredPart } from './top-up-units.ts'

/** A top-up's words with the bank, under one reference: its own id. */
export function topUpBankActivities({
  db,
  ledger,
  bank,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'crash'> & {
  readonly bank: Pick<BankProvider, 'send' | 'inquire'>
}) {
  /** Who holds the account, and its number: read just before the call, and kept nowhere. */
  async function instructionFor(topUp: TopUp): Promise<BankInstruction | undefined> {
    const { id, customerId: ownerId, bankAccountId: reference } = topUp
    const [iban, holder] = await Promise.all([
      findPersonalValue(db, vault, { ownerId, kind: 'iban', reference }),
      findPersonalValue(db, vault, { ownerId, kind: 'name' })
    ])
    if (iban === undefined || holder === undefined) return undefined
    return { bank: topUp.bank, operation: 'pull', reference: id, iban, holder, money: toWire(topUp) }
  }

  /**
   * Says durably that the bank may have it from now on. Only the attempt that said it may send: another one (a worker
   * that was thought dead and wakes up) finds the mark and does not.
   */
  async function markSent({ id, fingerprint }: TopUpStart, attempt: string): Promise<boolean> {
    for (;;) {
      const topUp = await getTopUp(db, id)
      if (topUp.state !== 'processing' || topUp.sentAt !== null) return false
      const part = sendPart(topUp, await readBusinessNow(db))
      const { status } = await ledger.post({ key: `${id}:send:${attempt}`, fingerprint, ...part })
      if (status === 'posted') return true
      if (status !== 'stale') throw new Error(`${id}:send was ${status}`)
    }
  }

  async function takeMarkBack({ id, fingerprint }: TopUpStart, attempt: string): Promise<void> {
    for (;;) {
      const topUp = await getTopUp(db, id)
      if (topUp.state !== 'processing') return
      const { status } = await ledger.post({
        key: `${id}:undelivered:${attempt}`,
        fingerprint,
        ...undeliveredPart(topUp)
      })
      if (status !== 'stale') return
    }
  }

  return {
    /**
     * Has the bank pull the money, once: Temporal never repeats this activity, and its mark lets no second one pass.
     * Whatever goes wrong after the mark is unknown; only a refused connection proves that nothing was delivered.
     */
    sendTopUp: async (start: TopUpStart): Promise<BankAnswer> => {
      const topUp = await getTopUp(db, start.id)
      const { bankAccountId } = topUp
      const instruction = await instructionFor(topUp)
      if (!instruction) return { kind: 'declined', code: 'invalid_bank_account' }
      // Unlinked since it was accepted: whoever unlinks looks for open orders first, and we wait for them here.
      const account = await lockBankAccount(db, bankAccountId, 'share')
      if (account?.state === 'unlinked') return { kind: 'declined', code: 'account_closed' }
      const attempt = attemptName()
      if (!(await markSent(start, attempt))) return { kind: 'unknown', reason: 'sent_by_another' }
      const answer = await bank.send(instruction, AbortSignal.timeout(start.policy.send_timeout_ms))
      crash('top-up.send/reply')
      if (answer.kind === 'undelivered') await takeMarkBack(start, attempt)
      return answer
    },

    /** Asks the bank what became of it; what it says, "unknown" included, is a value. */
    inquireTopUp: async (start: TopUpStart): Promise<BankInquiry> => {
      crash('top-up.inquire/before')
      const signal = AbortSignal.timeout(start.policy.inquiry_timeout_ms)
      const answer = await bank.inquire(start.order.bank, start.id, signal)
      crash('top-up.inquire/reply')
      return answer
    }
  }
}

/** Two attempts must never share it, and one never has two: what a ledger key must not hold otherwise is right here. */
function attemptName(): string {
  const { workflowExecution, activityId, attempt } = activityInfo()
  return `${workflowExecution?.runId}/${activityId}/${attempt}`
}
