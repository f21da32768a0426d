import { account } from '../domain/account-kinds.ts'
import { chargebackFee } from '../domain/dispute-rules.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Dispute } from '../store/dispute.ts'
import type { DisputeStart } from './dispute-progress.ts'
import {
  codesOf,
  feesOf,
  formal,
  fromMerchant,
  move,
  releasePart,
  reserveOf,
  type DisputeSeen
} from './dispute-units.ts'
import { disputeWrite } from './dispute-write.ts'
import { paymentWrite } from './payment-units.ts'

/** What is different of a dispute where a card holder has the money already, and the card's issuer decides. */

const acquirerOf = ({ currency }: Dispute) => account('bank_in_transit', 'acquirer', currency)

/** The merchant answers for it at once, and formally; what is reserved the acquirer has taken. */
export function takenPart(start: DisputeStart, seen: DisputeSeen): UnitPart {
  const { dispute, payment, now } = seen
  const { policy, actor } = start
  const { amount, currency } = dispute
  const disputed = payment.disputed + amount
  return {
    postings: [
      ...fromMerchant(seen, [
        { to: reserveOf(dispute), amount, code: `${codesOf(dispute)}.reserve` },
        { to: feesOf(dispute), amount: chargebackFee(currency, policy), code: `${codesOf(dispute)}.fee` }
      ]),
      ...move(reserveOf(dispute), acquirerOf(dispute), amount, 'chargeback.taken')
    ],
    records: [
      disputeWrite(undefined, formal(dispute, now, policy), ['needs_response'], { order: start, actor }),
      paymentWrite(payment, { ...payment, disputed }, [], { event: 'payment.disputed', actor })
    ]
  }
}

/**
 * The customer had disputed it with us, and has gone to the card's issuer as well: that one stands. Ours ends as if it had been
 * taken back, so a credit goes back after its notice.
 */
export function supersededPart(start: DisputeStart, seen: DisputeSeen): UnitPart {
  const { dispute, now } = seen
  const ending = dispute.ending ?? (dispute.state === 'inquiry' ? 'closed' : 'withdrawn')
  const ended = { ...dispute, ending, endedAt: dispute.endedAt ?? now }
  return releasePart(start, { ...seen, dispute: ended }, start.actor)
}

/** The mark that the acquirer may have it from now on; made before the first byte leaves. */
export const representedPart = (dispute: Dispute, representedAt: Date): UnitPart => ({
  records: [disputeWrite(dispute, { ...dispute, representedAt }, [], { event: 'dispute.represented' })]
})

/** The connection was refused: the acquirer certainly does not have it, so the mark is taken back. */
export const unrepresentedPart = (dispute: Dispute): UnitPart => ({
  records: [disputeWrite(dispute, { ...dispute, representedAt: null }, [], { event: 'dispute.undelivered' })]
})

/** The acquirer has never received it, and never will under that reference: it is told once more, under another one. */
export const lostOnTheWayPart = (dispute: Dispute): UnitPart => ({
  records: [
    disputeWrite(dispute, { ...dispute, representments: dispute.representments + 1, representedAt: null }, [], {
      event: 'dispute.not_received'
    })
  ]
})

/** The issuer agrees with the merchant: the acquirer has given it back, and it is the merchant's in the next unit. */
export const wonPart = (dispute: Dispute, endedAt: Date): UnitPart => ({
  postings: move(acquirerOf(dispute), reserveOf(dispute), dispute.amount, 'chargeback.won'),
  records: [
    disputeWrite(dispute, { ...dispute, ending: 'won', endedAt }, [], { event: 'dispute.decided', actor: 'acquirer' })
  ]
})

/** The issuer agrees with its card holder: everything is where it belongs. */
export const lostPart = (dispute: Dispute, endedAt: Date): UnitPart => ({
  records: [disputeWrite(dispute, { ...dispute, endedAt }, ['lost'], { actor: 'acquirer' })]
})

/** An operator has the acquirer asked what became of it, now. */
export const retriedPart = (dispute: Dispute, actor: string): UnitPart => ({
  records: [disputeWrite(dispute, dispute, [], { event: 'dispute.retried', actor })]
})

/** Nobody has said in all that time: an operator has to ask. */
export const undecidedPart = (dispute: Dispute): UnitPart => ({
  records: [
    disputeWrite(dispute, dispute, [], {
      event: 'dispute.stuck',
      task: {
        id: sameDigits('tsk', dispute.id),
        kind: 'stuck_bank_instruction',
        data: {
          bank: 'acquirer',
          chargeback: dispute.chargebackId,
          amount: toWire(dispute),
          sent_at: dispute.representedAt
        }
      }
    })
  ]
})
