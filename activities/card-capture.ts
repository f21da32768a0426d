import { pendingCapture, type CardCapture } from '../domain/card-capture.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { toWire } from '../domain/money.ts'
import { clockOf } from '../domain/operators-work.ts'
import { partReference } from '../domain/reference.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { readBusinessNow } from '../store/process.ts'
import { advance } from './advance.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import * as units from './card-capture-units.ts'
import type { ActivityDeps } from './deps.ts'
import { getFundedPayment } from './funded-payment.ts'
import type { FundedPayment } from './payment-funding-units.ts'
import { toPaymentProgress, type FundedPaymentStart, type PaymentProgress } from './payment-progress.ts'
import { createSendOnce } from './send-once.ts'

/**
 * What is captured of a card's authorization, each part under a reference of its own. The books follow the acquirer: nothing
 * is posted until it has captured.
 */
export function cardCaptureActivities({
  db,
  ledger,
  acquirer,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'acquirer' | 'crash'>) {
  const sendOnce = createSendOnce({ ledger, bank: acquirer, crash })
  const get = (id: string) => getFundedPayment(db, id)
  const pendingOf = ({ lastCapture }: FundedPayment, part: number) => {
    const pending = pendingCapture(lastCapture)
    return pending?.part === part ? pending : undefined
  }

  async function step(
    { id, fingerprint }: FundedPaymentStart,
    { name, part }: { readonly name: string; readonly part: number },
    partFor: (payment: FundedPayment, capture: CardCapture) => UnitPart
  ): Promise<PaymentProgress> {
    const key = `${partReference(id, part)}:${name}`
    const { seen } = await advance(
      ledger,
      { key, fingerprint },
      () => get(id),
      (payment) => {
        const capture = pendingOf(payment, part)
        return capture && partFor(payment, capture)
      }
    )
    return toPaymentProgress(seen)
  }

  return {
    /** Has the acquirer capture the part, once. */
    sendCapture: async ({ id, fingerprint, policy }: FundedPaymentStart, part: number): Promise<BankAnswer> => {
      const payment = await get(id)
      const capture = pendingOf(payment, part)
      if (!capture) return { kind: 'unknown', reason: 'sent_by_another' }
      const { amount, final } = capture
      const money = toWire({ amount, currency: payment.currency })
      const reference = partReference(id, part)
      return sendOnce({
        instruction: { operation: 'capture', reference, of: id, money, final },
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: 'payment.send-capture/reply',
        mark: async () => {
          const now = await get(id)
          const unsent = pendingOf(now, part)
          return unsent?.sentAt === null ? units.captureSentPart(now, unsent, await readBusinessNow(db)) : undefined
        },
        unmark: async () => {
          const now = await get(id)
          const sent = pendingOf(now, part)
          return sent && units.captureUndeliveredPart(now, sent)
        }
      })
    },

    /** Asks the acquirer what became of it; what it says, "unknown" included, is a value. */
    inquireCapture: ({ id, policy }: FundedPaymentStart, part: number): Promise<BankInquiry> =>
      acquirer.inquire(partReference(id, part), AbortSignal.timeout(policy.inquiry_timeout_ms)),

    /** Pays the merchant what the acquirer has captured. */
    bookCapture: (start: FundedPaymentStart, part: number): Promise<PaymentProgress> =>
      step(start, { name: 'book', part }, (payment, capture) =>
        units.captureBookedPart(payment, capture, start.policy)
      ),

    /** The acquirer has not captured it: it stays authorized, and says why. */
    declineCapture: (start: FundedPaymentStart, part: number, code: ProblemCode): Promise<PaymentProgress> =>
      step(start, { name: 'unfunded', part }, (payment, capture) => units.captureDeclinedPart(payment, capture, code)),

    /** Opens the operator's task. */
    markCaptureStuck: (start: FundedPaymentStart, part: number): Promise<PaymentProgress> =>
      step(start, { name: 'stuck', part }, (payment, capture) =>
        units.captureStuckPart(payment, capture, clockOf(start.policy.stuck_sla_ms))
      )
  }
}
