import { account, type AccountRef } from '../domain/account-kinds.ts'
import { chargebackFee, partOf, reversalAt } from '../domain/dispute-rules.ts'
import { beginsWithInquiry, type DisputeState } from '../domain/dispute.ts'
import type { EventType } from '../domain/event-types.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import { clockOf } from '../domain/operators-work.ts'
import type { DisputePolicy } from '../domain/policy/index.ts'
import type { PostingStep, RecordWrite, UnitPart } from '../ledger/unit-of-work.ts'
import type { WalletDebts } from '../store/debts.ts'
import { derivedId } from '../store/derived-id.ts'
import type { Dispute } from '../store/dispute.ts'
import type { Payment } from '../store/payment.ts'
import { availableAsSeen } from './bank-return-units.ts'
import type { DisputeStart } from './dispute-progress.ts'
import { customersWrite, disputeWrite } from './dispute-write.ts'
import { paymentWrite } from './payment-units.ts'

/** A dispute's part of the books (ARCHITECTURE.md, "Postings"): what each of its units tests, posts, writes. */

/** What the parties had when it was looked, in minor units; what has less by now, the floor finds out. */
export interface DisputeSeen {
  readonly dispute: Dispute
  readonly payment: Payment
  readonly now: Date
  /** What the merchant is owed by us and nothing holds. */
  readonly payable: bigint
  /** What the merchant owes us. */
  readonly receivable: bigint
  readonly zone: string
}

export const reserveOf = ({ id, currency }: Dispute) => account('dispute_reserve', id, currency)
const creditOf = ({ id, currency }: Dispute) => account('provisional_credit', id, currency)
const walletOf = ({ walletId, currency }: Dispute) => account('wallet', walletId, currency)
export const feesOf = ({ currency }: Dispute) => account('fee_income', 'chargeback', currency)

/** How its postings are called, which is how settlements name them to the merchant. */
export const codesOf = ({ chargebackId }: Dispute): 'dispute' | 'chargeback' =>
  chargebackId === null ? 'dispute' : 'chargeback'

/** Reserves what is disputed, and keeps it from being refunded; without an inquiry it is formal at once. */
export function openPart(start: DisputeStart, seen: DisputeSeen): UnitPart {
  const { dispute, payment, now } = seen
  const { amount, reason, previousId, currency } = dispute
  const { policy, actor } = start
  const asks = beginsWithInquiry(reason, previousId !== null)
  const fee = asks ? 0n : chargebackFee(currency, policy)
  const after = asks
    ? { ...dispute, inquiryUntil: new Date(now.getTime() + policy.inquiry_ms) }
    : formal(dispute, now, policy)
  const disputed = payment.disputed + amount
  return {
    postings: fromMerchant(seen, [
      { to: reserveOf(dispute), amount, code: 'dispute.reserve' },
      { to: feesOf(dispute), amount: fee, code: 'dispute.fee' }
    ]),
    records: [
      disputeWrite(undefined, after, [asks ? 'inquiry' : 'needs_response'], { order: start, actor }),
      paymentWrite(payment, { ...payment, disputed }, [], { event: 'payment.disputed', actor })
    ]
  }
}

/** One that came when there was nothing left to dispute: closed as soon as it is there, and nothing moves. */
export const superfluousPart = (start: DisputeStart, dispute: Dispute, declineCode: string): UnitPart => {
  const after = { ...dispute, inquiryUntil: dispute.createdAt, declineCode, released: true }
  return { records: [disputeWrite(undefined, after, ['inquiry', 'closed'], { order: start, actor: start.actor })] }
}

/** The merchant has not set it right: it is formal now, and costs the fee. One who has answered already has answered. */
export function respondPart(start: DisputeStart, seen: DisputeSeen): UnitPart {
  const { dispute, now } = seen
  const after = formal(dispute, now, start.policy)
  const postings = fromMerchant(seen, [{ to: feesOf(dispute), amount: after.fee, code: 'dispute.fee' }])
  if (!dispute.evidence.some(({ party }) => party === 'merchant'))
    return { postings, records: [disputeWrite(dispute, after, ['needs_response'])] }
  const { reviewed, task } = underReview(start, after, now)
  return { postings, records: [disputeWrite(dispute, reviewed, ['needs_response', 'under_review'], { task })] }
}

export const formal = (dispute: Dispute, now: Date, policy: DisputePolicy): Dispute => ({
  ...dispute,
  formalAt: now,
  evidenceDue: new Date(now.getTime() + policy.evidence_ms),
  fee: chargebackFee(dispute.currency, policy)
})

/** A party has shown something; the merchant's first answer brings it before a reviewer. */
export function evidencePart(
  start: DisputeStart,
  dispute: Dispute,
  evidence: Dispute['evidence'][number],
  actor: string
): UnitPart {
  const after = { ...dispute, evidence: [...dispute.evidence, evidence] }
  if (dispute.state !== 'needs_response' || evidence.party !== 'merchant')
    return { records: [disputeWrite(dispute, after, [], { event: 'dispute.evidence_submitted', actor })] }
  // Of a chargeback the card's issuer is who looks at it.
  if (dispute.chargebackId !== null)
    return {
      records: [disputeWrite(dispute, { ...after, reviewSince: new Date(evidence.at) }, ['under_review'], { actor })]
    }
  const { reviewed, task } = underReview(start, after, new Date(evidence.at))
  return { records: [disputeWrite(dispute, reviewed, ['under_review'], { actor, task })] }
}

function underReview({ policy }: DisputeStart, dispute: Dispute, now: Date) {
  const reviewMs = dispute.newAccount ? policy.new_account_review_ms : policy.review_ms
  const reviewed = { ...dispute, reviewSince: now, reviewDue: new Date(now.getTime() + reviewMs) }
  const task = {
    id: sameDigits('tsk', dispute.id),
    kind: 'dispute_review',
    data: { payment_id: dispute.paymentId, reason: dispute.reason, amount: toWire(dispute) },
    clock: clockOf(reviewMs)
  } as const
  return { reviewed, task }
}

export const remindPart = (dispute: Dispute): UnitPart => ({
  records: [
    disputeWrite(dispute, { ...dispute, reminders: dispute.reminders + 1 }, [], { event: 'dispute.evidence_reminder' })
  ]
})

/** The customer gets our money until it is decided; the merchant's stays reserved. */
export const creditPart = ({ dispute, now }: DisputeSeen): UnitPart => ({
  postings: move(creditOf(dispute), walletOf(dispute), dispute.amount, 'dispute.credit'),
  records: [customersWrite(dispute, { ...dispute, creditedAt: now }, { event: 'dispute.credited' })]
})

/**
 * The customer is right: what was reserved is theirs, or ours where they have been credited; a card holder has it already. The
 * merchant's fee stays.
 */
export const forCustomerPart = (
  before: Dispute,
  after: Dispute,
  path: readonly DisputeState[],
  actor?: string
): UnitPart => ({
  postings: move(
    reserveOf(before),
    before.creditedAt === null ? walletOf(before) : creditOf(before),
    before.chargebackId === null ? before.amount : 0n,
    'dispute.lost'
  ),
  records: [disputeWrite(before, after, path, { actor })]
})

/**
 * The merchant gets back what was reserved, and the fee: what they owe is paid of it first. Over, unless the customer was
 * credited: then they are told, and it is taken back when they have had notice.
 */
export function releasePart({ policy }: Pick<DisputeStart, 'policy'>, seen: DisputeSeen, actor?: string): UnitPart {
  const { dispute, payment, now, zone } = seen
  const { amount, fee, creditedAt, ending } = dispute
  const after = { ...dispute, released: true, fee: 0n }
  const told = { ...after, noticeUntil: reversalAt(now, zone, policy) }
  const disputed = payment.disputed - amount
  return {
    postings: toMerchant(seen, [
      { from: reserveOf(dispute), amount, code: `${codesOf(dispute)}.release` },
      { from: feesOf(dispute), amount: fee, code: `${codesOf(dispute)}.fee_reversal` }
    ]),
    records: [
      creditedAt === null
        ? disputeWrite(dispute, after, [ending!], { actor })
        : customersWrite(dispute, told, { event: 'dispute.reversal_announced', actor }),
      paymentWrite(payment, { ...payment, disputed }, [], { event: 'payment.dispute_released', actor })
    ]
  }
}

/** The credit is taken back: what the wallet has, and what it has not is owed. */
export function reversePart(
  dispute: Dispute,
  { available, debts }: { readonly available: bigint; readonly debts: WalletDebts }
): UnitPart {
  const { id, amount, currency, walletId, customerId, paymentId } = dispute
  const there = partOf(amount, available)
  const owed = amount - there
  const after = { ...dispute, owed, outstanding: owed }
  const task = {
    id: derivedId('tsk', `${id}/receivable`),
    kind: 'customer_receivable',
    data: { payment_id: paymentId, wallet_id: walletId, owed: toWire({ amount: owed, currency }) }
  } as const
  return {
    guards: availableAsSeen(walletId, debts),
    postings: [
      ...move(walletOf(dispute), creditOf(dispute), there, 'dispute.credit_reversal'),
      ...move(account('customer_receivable', customerId, currency), creditOf(dispute), owed, 'dispute.receivable')
    ],
    records: [disputeWrite(dispute, after, [dispute.ending!], owed > 0n ? { task, row: { wallet_owes: true } } : {})]
  }
}

/** Somebody has said how it ends; the merchant's money follows in a unit of its own. */
export const endingWrite = (
  dispute: Dispute,
  after: Partial<Dispute>,
  extra: { readonly event: EventType; readonly actor: string }
): RecordWrite => disputeWrite(dispute, { ...dispute, ...after }, [], extra)

interface Part {
  readonly amount: bigint
  readonly code: string
}

/** What the merchant is owed pays first; the rest they owe. */
export function fromMerchant(
  { dispute, payable }: DisputeSeen,
  parts: readonly (Part & { to: AccountRef })[]
): PostingStep[] {
  const { merchantId, currency } = dispute
  let left = payable
  return parts.flatMap(({ to, amount, code }) => {
    const there = partOf(amount, left)
    left -= there
    return [
      ...move(account('merchant_payable', merchantId, currency), to, there, code),
      ...move(account('merchant_receivable', merchantId, currency), to, amount - there, code)
    ]
  })
}

/** What the merchant owes is paid first; the rest is theirs. */
function toMerchant(
  { dispute, receivable }: DisputeSeen,
  parts: readonly (Part & { from: AccountRef })[]
): PostingStep[] {
  const { merchantId, currency } = dispute
  let left = receivable
  return parts.flatMap(({ from, amount, code }) => {
    const owed = partOf(amount, left)
    left -= owed
    return [
      ...move(from, account('merchant_receivable', merchantId, currency), owed, code),
      ...move(from, account('merchant_payable', merchantId, currency), amount - owed, code)
    ]
  })
}

/** Nothing posts nothing. */
export const move = (debit: AccountRef, credit: AccountRef, amount: bigint, code: string): PostingStep[] =>
  amount === 0n ? [] : [{ op: 'post', debit, credit, amount, code }]
