import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Chargeback } from '../providers/acquirer.ts'
import type { Payment } from '../store/payment.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import { getFundedPayment } from './funded-payment.ts'
import { toPaymentProgress, type FundedPaymentStart, type PaymentProgress } from './payment-progress.ts'
import { paymentWrite } from './payment-units.ts'

/** What card holders have had taken back: nothing is booked, but none is lost. */
export function chargebackNoticeActivities({ db, ledger, acquirer }: Pick<ActivityDeps, 'db' | 'ledger' | 'acquirer'>) {
  const get = (id: string) => getFundedPayment(db, id)
  return {
    /** @throws {Error} while the acquirer does not say: repeat. */
    askChargebacks: async ({ id, policy }: FundedPaymentStart): Promise<readonly Chargeback[]> => {
      const said = await acquirer.inquire(id, AbortSignal.timeout(policy.inquiry_timeout_ms))
      if (said.kind === 'unknown') throw new Error(`the acquirer does not say: ${said.reason}`)
      return said.chargebacks ?? []
    },

    /** Each once, under its own name. */
    recordChargebacks: async (
      { id, fingerprint }: FundedPaymentStart,
      chargebacks: readonly Chargeback[]
    ): Promise<PaymentProgress> => {
      for (const chargeback of chargebacks) {
        const key = `${id}:chargeback:${chargeback.id}`
        await advance(
          ledger,
          { key, fingerprint },
          () => get(id),
          (payment) => receivedPart(payment, chargeback)
        )
      }
      return toPaymentProgress(await get(id))
    }
  }
}

/** An event of the payment, and a task for an operator that its end does not close. */
const receivedPart = (payment: Payment, { id, reason, amount }: Chargeback): UnitPart => ({
  records: [
    paymentWrite(payment, payment, [], {
      event: 'payment.chargeback_received',
      task: {
        id: sameDigits('tsk', id),
        kind: 'chargeback_received',
        data: { chargeback: id, reason, amount: toWire({ amount: BigInt(amount), currency: payment.currency }) }
      },
      row: { is_over: false }
    })
  ]
})
