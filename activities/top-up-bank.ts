import { toWire } from '../domain/money.ts'
import type { BankInstruction, BankProvider } from '../providers/bank.ts'
import { lockBankAccount } from '../store/bank-account.ts'
import { findPersonalValue } from '../store/personal.ts'
import { readBusinessNow } from '../store/process.ts'
import { getTopUp, type TopUp } from '../store/top-up.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import { createSendOnce } from './send-once.ts'
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
  const sendOnce = createSendOnce({ ledger, bank, crash })

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

  return {
    /** Has the bank pull the money, once. */
    sendTopUp: async ({ id, fingerprint, policy }: TopUpStart): Promise<BankAnswer> => {
      const topUp = await getTopUp(db, id)
      const instruction = await instructionFor(topUp)
      if (!instruction) return { kind: 'declined', code: 'invalid_bank_account' }
      // Unlinked since it was accepted: whoever unlinks looks for open orders first, and we wait for them here.
      const account = await lockBankAccount(db, topUp.bankAccountId, 'share')
      if (account?.state === 'unlinked') return { kind: 'declined', code: 'account_closed' }
      return sendOnce({
        instruction,
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: 'top-up.send/reply',
        mark: async () => {
          const now = await getTopUp(db, id)
          const unsent = now.state === 'processing' && now.sentAt === null
          return unsent ? sendPart(now, await readBusinessNow(db)) : undefined
        },
        unmark: async () => {
          const now = await getTopUp(db, id)
          return now.state === 'processing' ? undeliveredPart(now) : undefined
        }
      })
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
