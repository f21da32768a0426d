import type { ProblemCode } from '../domain/errors.ts'
import { toWire } from '../domain/money.ts'
import { findMerchant } from '../store/merchant.ts'
import { confirmSettlementAccount, findSettlementAccount, type SettlementAccount } from '../store/settlement-account.ts'
import { getSettlement, type Settlement } from '../store/settlement.ts'
import type { BankInquiry, SendAnswer } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import { createSendOnce, marksOf } from './send-once.ts'
import type { SettlementStart } from './settlement-progress.ts'
import { sendPart, undeliveredPart } from './settlement-units.ts'

/** A settlement's words with the bank, under one reference: its own id. */
export function settlementBankActivities({
  db,
  ledger,
  bank,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'bank' | 'vault' | 'crash'>) {
  const sendOnce = createSendOnce({ ledger, bank, crash })

  /** Nothing goes to an account before its bank has said that it is the merchant's. @returns why it does not. */
  async function refusalOf(
    { id, merchantId }: Settlement,
    { bank: at, iban, holder, state, version }: SettlementAccount
  ): Promise<ProblemCode | undefined> {
    if (state === 'confirmed') return undefined
    const { kind } = await bank.confirmPayee({ bank: at, reference: id, iban, name: holder })
    if (kind === 'closed') return 'account_closed'
    if (kind === 'no_match') return 'holder_mismatch'
    await confirmSettlementAccount(db, merchantId, version)
    return undefined
  }

  return {
    /** Has the bank push it, once: after the bank has said, of a new account, that it is the merchant's. */
    sendSettlement: async ({ id, fingerprint, policy }: SettlementStart): Promise<SendAnswer> => {
      const settlement = await getSettlement(db, id)
      const merchant = (await findMerchant(db, settlement.merchantId))!
      const account = await findSettlementAccount(db, vault, merchant)
      // It was collected for another account: the next one goes to the new one.
      if (account?.version !== settlement.accountVersion) return { kind: 'not_sent', code: 'bank_not_received' }
      const refusal = await refusalOf(settlement, account)
      if (refusal !== undefined) return { kind: 'not_sent', code: refusal }
      const { iban, holder } = account
      return sendOnce({
        instruction: {
          bank: settlement.bank,
          operation: 'push',
          reference: id,
          iban,
          holder,
          money: toWire(settlement)
        },
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: 'settlement.send/reply',
        ...marksOf(db, { get: () => getSettlement(db, id), state: 'processing', sendPart, undeliveredPart })
      })
    },

    /** Asks the bank what became of it; what it says, "unknown" included, is a value. */
    inquireSettlement: ({ id, order, policy }: SettlementStart): Promise<BankInquiry> =>
      bank.inquire(order.bank, id, AbortSignal.timeout(policy.inquiry_timeout_ms))
  }
}
