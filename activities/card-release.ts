import { RELEASE_PART } from '../domain/card-capture.ts'
import { partReference } from '../domain/reference.ts'
import { advance } from './advance.ts'
import { releasedPart } from './card-capture-units.ts'
import type { ActivityDeps } from './deps.ts'
import { getFundedPayment } from './funded-payment.ts'
import { toPaymentProgress, type FundedPaymentStart, type PaymentProgress } from './payment-progress.ts'

/** What is given up of a card's authorization once its payment is over. */
export function cardReleaseActivities({ db, ledger, acquirer }: Pick<ActivityDeps, 'db' | 'ledger' | 'acquirer'>) {
  const get = (id: string) => getFundedPayment(db, id)

  return {
    /**
     * Tells the acquirer that what is left is given up. It may be told again under the same reference, which is never done
     * twice, so this is repeated until it is known. Of one that was written off it is asked first whether it has it at all,
     * which also sees to it that it never will.
     * @throws {Error} while the acquirer does not say: repeat.
     */
    releaseCardHold: async ({ id, policy }: FundedPaymentStart): Promise<void> => {
      const payment = await get(id)
      if (payment.holdRelease !== 'due') return
      if (payment.captureBefore === null) {
        const found = await acquirer.inquire(id, AbortSignal.timeout(policy.inquiry_timeout_ms))
        if (found.kind === 'declined' || found.kind === 'not_found') return
        if (found.kind !== 'booked') throw new Error(`the acquirer does not say whether it holds it: ${found.kind}`)
      }
      const instruction = { operation: 'void', reference: partReference(id, RELEASE_PART), of: id } as const
      const said = await acquirer.send(instruction, AbortSignal.timeout(policy.send_timeout_ms))
      // Declined: there is nothing left to give up.
      if (said.kind === 'accepted' || said.kind === 'declined') return
      throw new Error(`the acquirer does not say whether it is given up: ${said.kind}`)
    },

    /** Puts on record that it has been told. */
    recordHoldReleased: async ({ id, fingerprint }: FundedPaymentStart): Promise<PaymentProgress> => {
      const { seen } = await advance(
        ledger,
        { key: `${id}:released`, fingerprint },
        () => get(id),
        (payment) => (payment.holdRelease === 'due' ? releasedPart(payment) : undefined)
      )
      return toPaymentProgress(seen)
    }
  }
}
