import { account } from '../domain/account-kinds.ts'
import { concessionStates } from '../domain/concession.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { toConcessionRow, toConcessionView, type Concession } from '../store/concession.ts'
import type { Dispute } from '../store/dispute.ts'
import type { Payment } from '../store/payment.ts'
import type { ConcessionStart } from './concession-progress.ts'
import { customersWrite } from './dispute-write.ts'
import { paymentWrite } from './payment-units.ts'
import { createRecordWrite, type WriteExtra } from './record-write.ts'

/** A concession's part of the books (ARCHITECTURE.md, "Postings"): what each of its units posts and writes. */

const concessionWrite = createRecordWrite({
  kind: 'concession',
  states: concessionStates,
  owners: () => ({}),
  view: toConcessionView,
  row: toConcessionRow,
  tasks: true
})

/** What it is about, as it was read: of goodwill the dispute and its payment, whose versions are the guards. */
export type ConcessionSubject = { readonly dispute: Dispute; readonly payment: Payment } | undefined

/** It is our loss. */
export function grantedPart(
  before: Concession | undefined,
  concession: Concession,
  subject: ConcessionSubject,
  extra: WriteExtra & { readonly actor: string }
): UnitPart {
  const { goodwill, merchantId, currency, amount } = concession
  const { actor } = extra
  return {
    postings: [
      {
        op: 'post',
        debit: account('dispute_loss_expense', '', currency),
        credit: goodwill
          ? account('wallet', goodwill.walletId, currency)
          : account('merchant_receivable', merchantId, currency),
        amount,
        code: goodwill ? 'concession.goodwill' : 'concession.merchant_debt'
      }
    ],
    records: [
      concessionWrite(before, concession, ['granted'], extra),
      ...(subject ? goodwillWrites(subject, amount, actor) : [])
    ]
  }
}

/** The dispute says what was given; the payment's version keeps a second stage from being opened meanwhile. */
const goodwillWrites = ({ dispute, payment }: NonNullable<ConcessionSubject>, goodwill: bigint, actor: string) => [
  customersWrite(dispute, { ...dispute, goodwill }, { event: 'dispute.goodwill', actor }),
  paymentWrite(payment, payment, [], { event: 'payment.goodwill_given', actor, row: { is_over: false } })
]

/** Another finance operator decides. */
export const inReviewPart = (start: ConcessionStart, concession: Concession): UnitPart => ({
  records: [
    concessionWrite(undefined, concession, ['in_review'], {
      order: start,
      actor: start.actor,
      review: {
        id: sameDigits('rev', concession.id),
        action: 'write-off',
        data: { kind: concession.kind, amount: toWire(concession), reason: concession.reason },
        requested_by: concession.requestedBy,
        fingerprint: start.fingerprint,
        request_id: start.requestId
      }
    })
  ]
})

/** By now there is nothing left to give up, or it was given up already. */
export const declinedPart = (
  before: Concession | undefined,
  concession: Concession,
  declineCode: string,
  extra: WriteExtra
): UnitPart => ({ records: [concessionWrite(before, { ...concession, declineCode }, ['declined'], extra)] })

export const rejectedPart = (concession: Concession, actor: string): UnitPart => ({
  records: [concessionWrite(concession, concession, ['rejected'], { actor })]
})
