import { sameDigits } from '../domain/ids.ts'
import { paymentStates } from '../domain/payment.ts'
import { toWire } from '../domain/money.ts'
import type { Start } from '../domain/orders.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Chargeback } from '../providers/acquirer.ts'
import { recordChargeback } from '../store/chargeback.ts'
import type { Payment } from '../store/payment.ts'
import { getTopUp } from '../store/top-up.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import { getFundedPayment } from './funded-payment.ts'
import { toPaymentProgress, type FundedPaymentStart, type PaymentProgress } from './payment-progress.ts'
import { paymentWrite } from './payment-units.ts'
import type { WriteExtra } from './record-write.ts'
import { toTopUpProgress, type CardTopUpStart, type TopUpProgress } from './top-up-progress.ts'
import { startChargebacks } from './start-chargebacks.ts'
import { chargebackPart } from './top-up-units.ts'

/** Of whichever of both the acquirer has news. */
export type ChargedStart = FundedPaymentStart | CardTopUpStart

/**
 * What card holders have had taken back of payments and top-ups: each is put on record, and what becomes of it is a dispute, or a
 * return.
 */
export function chargebackNoticeActivities({
  db,
  ledger,
  acquirer,
  runs,
  policy: inForce
}: Pick<ActivityDeps, 'db' | 'ledger' | 'acquirer' | 'runs' | 'policy'>) {
  const get = (id: string) => getFundedPayment(db, id)

  /** Each once, under its own name. */
  async function ofPayment({ id, fingerprint }: Start<unknown>, chargeback: Chargeback): Promise<void> {
    const key = `${id}:chargeback:${chargeback.id}`
    const { seen } = await advance(
      ledger,
      { key, fingerprint },
      () => get(id),
      (payment) => receivedPart(payment, chargeback)
    )
    await record(seen, chargeback)
  }

  async function ofTopUp({ id, fingerprint }: Start<unknown>, chargeback: Chargeback): Promise<void> {
    const key = `${id}:chargeback:${chargeback.id}`
    const { seen } = await advance(ledger, { key, fingerprint }, () => getTopUp(db, id), chargebackPart)
    await record(seen, chargeback)
  }

  /** After its event: whoever has a dispute opened about a payment from then on is refused. */
  const record = (
    { id: originalId, currency }: Pick<Payment, 'currency'> & { readonly id: string },
    { id, amount, reason, previous }: Chargeback
  ): Promise<void> =>
    recordChargeback(db, { id, originalId, amount: BigInt(amount), currency, reason, previousId: previous ?? null })

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
    },

    /** Has what they come to begun now; what has to wait, or is missed, the sweeper begins. */
    followChargebacks: (_start: ChargedStart): Promise<readonly string[]> =>
      startChargebacks({ db, runs, policy: inForce })
  }
}

/** An event of the payment; a task that its end does not close where we have nothing that it could be taken back of. */
function receivedPart(payment: Payment, chargeback: Chargeback): UnitPart {
  const { state, captured } = payment
  const isNothing = paymentStates.isTerminal(state) && state !== 'failed' && captured === 0n
  return {
    records: [
      paymentWrite(payment, payment, [], {
        event: 'payment.chargeback_received',
        ...(isNothing && { task: taskOf(payment, chargeback) }),
        row: { is_over: false }
      })
    ]
  }
}

const taskOf = (
  { currency }: Pick<Payment, 'currency'>,
  { id, reason, amount }: Chargeback
): NonNullable<WriteExtra['task']> => ({
  id: sameDigits('tsk', id),
  kind: 'chargeback_received',
  data: { chargeback: id, reason, amount: toWire({ amount: BigInt(amount), currency }) }
})
