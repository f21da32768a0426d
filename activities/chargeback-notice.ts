import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { Start } from '../domain/orders.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Chargeback } from '../providers/acquirer.ts'
import type { Payment } from '../store/payment.ts'
import { getTopUp } from '../store/top-up.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import { getFundedPayment } from './funded-payment.ts'
import { toPaymentProgress, type FundedPaymentStart, type PaymentProgress } from './payment-progress.ts'
import { paymentWrite } from './payment-units.ts'
import type { WriteExtra } from './record-write.ts'
import { toTopUpProgress, type CardTopUpStart, type TopUpProgress } from './top-up-progress.ts'
import { chargebackPart } from './top-up-units.ts'

/** Of whichever of both the acquirer has news. */
export type ChargedStart = FundedPaymentStart | CardTopUpStart

/** What card holders have had taken back of payments and top-ups: nothing is booked, but none is lost. */
export function chargebackNoticeActivities({ db, ledger, acquirer }: Pick<ActivityDeps, 'db' | 'ledger' | 'acquirer'>) {
  const get = (id: string) => getFundedPayment(db, id)

  /** Each once, under its own name. */
  async function ofPayment({ id, fingerprint }: Start<unknown>, chargeback: Chargeback): Promise<void> {
    const key = `${id}:chargeback:${chargeback.id}`
    await advance(
      ledger,
      { key, fingerprint },
      () => get(id),
      (payment) => receivedPart(payment, chargeback)
    )
  }

  async function ofTopUp({ id, fingerprint }: Start<unknown>, chargeback: Chargeback): Promise<void> {
    const key = `${id}:chargeback:${chargeback.id}`
    await advance(
      ledger,
      { key, fingerprint },
      () => getTopUp(db, id),
      (topUp) => chargebackPart(topUp, taskOf(topUp, chargeback))
    )
  }

  return {
    /** @throws {Error} while the acquirer does not say: repeat. */
    askChargebacks: async ({ id, policy }: ChargedStart): Promise<readonly Chargeback[]> => {
      const said = await acquirer.inquire(id, AbortSignal.timeout(policy.inquiry_timeout_ms))
      if (said.kind === 'unknown') throw new Error(`the acquirer does not say: ${said.reason}`)
      return said.chargebacks ?? []
    },

    /** Puts each on record, once. */
    recordChargebacks: async (
      start: ChargedStart,
      chargebacks: readonly Chargeback[]
    ): Promise<PaymentProgress | TopUpProgress> => {
      const isTopUp = start.id.startsWith('top_')
      for (const chargeback of chargebacks) await (isTopUp ? ofTopUp : ofPayment)(start, chargeback)
      return isTopUp ? toTopUpProgress(await getTopUp(db, start.id)) : toPaymentProgress(await get(start.id))
    }
  }
}

/** An event of the payment, and a task for an operator that its end does not close. */
const receivedPart = (payment: Payment, chargeback: Chargeback): UnitPart => ({
  records: [
    paymentWrite(payment, payment, [], {
      event: 'payment.chargeback_received',
      task: taskOf(payment, chargeback),
      row: { is_over: false }
    })
  ]
})

const taskOf = (
  { currency }: Pick<Payment, 'currency'>,
  { id, reason, amount }: Chargeback
): NonNullable<WriteExtra['task']> => ({
  id: sameDigits('tsk', id),
  kind: 'chargeback_received',
  data: { chargeback: id, reason, amount: toWire({ amount: BigInt(amount), currency }) }
})
