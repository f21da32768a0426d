import { isCardHold } from '../domain/card-capture.ts'
import { toWire } from '../domain/money.ts'
import { lockCard } from '../store/card.ts'
import { findPersonalValue } from '../store/personal.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import { getFundedPayment } from './funded-payment.ts'
import { sendPart, undeliveredPart } from './payment-funding-units.ts'
import type { FundedPaymentStart } from './payment-progress.ts'
import { createSendOnce, marksOf } from './send-once.ts'

/** A payment's words with the acquirer that takes it from a card, under one reference: its own id. */
export function paymentCardActivities({
  db,
  ledger,
  vault,
  acquirer,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'acquirer' | 'crash'>) {
  const sendOnce = createSendOnce({ ledger, bank: acquirer, crash })
  const get = (id: string) => getFundedPayment(db, id)

  return {
    /** Has the acquirer authorize the money, and unless that is to happen later capture it in one; once. */
    sendCardPayment: async ({ id, fingerprint, policy }: FundedPaymentStart): Promise<BankAnswer> => {
      const payment = await get(id)
      const { customerId: ownerId, funding } = payment
      const token = await findPersonalValue(db, vault, { ownerId, kind: 'card_token', reference: funding.id })
      // Unlinked since it was accepted: whoever unlinks looks for open payments first, and we wait for them here.
      const card = await lockCard(db, funding.id, 'share')
      if (card?.state !== 'linked' || token === undefined) return { kind: 'declined', code: 'account_closed' }
      return sendOnce({
        instruction: {
          operation: isCardHold(payment) ? 'authorize' : 'sale',
          reference: id,
          token,
          money: toWire(payment)
        },
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: 'payment.send/reply',
        ...marksOf(db, { get: () => get(id), state: 'processing', sendPart, undeliveredPart })
      })
    },

    /** Asks the acquirer what became of it; what it says, "unknown" included, is a value. */
    inquireCardPayment: ({ id, policy }: FundedPaymentStart): Promise<BankInquiry> =>
      acquirer.inquire(id, AbortSignal.timeout(policy.inquiry_timeout_ms))
  }
}
