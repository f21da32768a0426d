import type { EventType } from '../domain/event-types.ts'
import { toWire } from '../domain/money.ts'
import { partReference } from '../domain/reference.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { getBankLink, type Deposit } from '../store/bank-link.ts'
import { openAmounts } from '../store/micro-deposits.ts'
import { findPersonalValue } from '../store/personal.ts'
import { readBusinessNow } from '../store/process.ts'
import type { BankLinkStart } from './bank-link-progress.ts'
import { bankLinkUnits } from './bank-link-units.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import { DEPOSIT_CURRENCY, withDeposit } from './micro-deposit-units.ts'
import { createSendOnce } from './send-once.ts'

/** The words with the bank about a micro-deposit, under one reference: the link's id with the deposit's number. */
export function microDepositBankActivities({
  db,
  ledger,
  bank,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'bank' | 'vault' | 'crash'>) {
  const sendOnce = createSendOnce({ ledger, bank, crash })

  /** The link with one of its deposits changed; undefined when it is over, or the deposit is not as it has to be. */
  async function changed(
    start: BankLinkStart,
    number: number,
    { event, from, to }: { event: EventType; from: (deposit: Deposit) => boolean; to: Partial<Deposit> }
  ): Promise<UnitPart | undefined> {
    const link = await getBankLink(db, start.id)
    const deposit = link.deposits[number - 1]
    if (link.state !== 'verifying' || deposit?.state !== 'held' || !from(deposit)) return undefined
    const after = withDeposit(link, number, to)
    return { records: [bankLinkUnits(start, vault).write(link, after, [], { event })] }
  }

  return {
    /** Has the bank push one of them, once. */
    sendDeposit: async (start: BankLinkStart, number: number): Promise<BankAnswer> => {
      const link = await getBankLink(db, start.id)
      const { id, customerId: ownerId } = link
      const iban = await findPersonalValue(db, vault, { ownerId, kind: 'iban', reference: id })
      const holder = await findPersonalValue(db, vault, { ownerId, kind: 'name' })
      const amount = openAmounts(vault, link)[number - 1]
      if (iban === undefined || holder === undefined || amount === undefined)
        return { kind: 'declined', code: 'invalid_bank_account' }
      const reference = partReference(id, number)
      const money = toWire({ amount, currency: DEPOSIT_CURRENCY })
      return sendOnce({
        instruction: { bank: link.bank, operation: 'push', reference, iban, holder, money },
        fingerprint: start.fingerprint,
        timeoutMs: start.policy.send_timeout_ms,
        replied: 'bank-link.send/reply',
        mark: async () => {
          const sent_at = (await readBusinessNow(db)).toISOString()
          const from = (deposit: Deposit) => deposit.sent_at === null
          return changed(start, number, { event: 'bank_link.deposit_sent', from, to: { sent_at } })
        },
        unmark: () =>
          changed(start, number, {
            event: 'bank_link.deposit_undelivered',
            from: () => true,
            to: { sent_at: null }
          })
      })
    },

    inquireDeposit: (start: BankLinkStart, number: number): Promise<BankInquiry> => {
      const signal = AbortSignal.timeout(start.policy.inquiry_timeout_ms)
      return bank.inquire(start.order.bank, partReference(start.id, number), signal)
    }
  }
}
