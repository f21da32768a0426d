import { currency } from '../domain/currencies.ts'
import { Refusal } from '../domain/errors.ts'
import { idOf } from '../domain/ids.ts'
import type { Limits } from '../domain/limits.ts'
import { findingOf, stepUpFinding } from '../domain/risk.ts'
import { decideWithdrawal, withdrawalFee } from '../domain/withdrawal-acceptance.ts'
import type { Guard, PostingStep, UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import type { Refused } from './settle.ts'
import { notJudged } from '../store/risk.ts'
import type { WithdrawalFacts } from '../store/withdrawal-facts.ts'
import type { Withdrawal } from '../store/withdrawal.ts'
import { outgoingGuards } from './outgoing-limits.ts'
import { heldForReview } from './risk-review.ts'
import type { WithdrawalStart } from './withdrawal-progress.ts'
import { holdsOf, withdrawalWrite } from './withdrawal-units.ts'

/**
 * Takes the order in: holds the money, or lets a reviewer look at it or the customer confirm first, and then nothing is
 * reserved. Or refuses, with the code of the decline.
 */
export function acceptUnit(start: WithdrawalStart, withdrawal: Withdrawal, facts: WithdrawalFacts): UnitOfWork {
  const { policy, actor, id, fingerprint } = start
  const unit = { key: `${id}:accept`, fingerprint }
  const decision = decideWithdrawal({ ...facts, amount: withdrawal.amount, confirmed: false, reviewed: false }, policy)
  if (decision.kind === 'decline')
    return { ...unit, guards: [{ kind: 'refuse', code: decision.code, data: decision.data }] }
  const extra = { order: start, actor }
  if (decision.kind === 'review') {
    const { after, review } = heldForReview(start, withdrawal, decision.risk, facts.now)
    const records = [withdrawalWrite(undefined, after, ['in_review'], { ...extra, review })]
    return { ...unit, guards: [inTurn(facts)], records }
  }
  if (decision.kind === 'hold') {
    const { after, guards, postings } = held(withdrawal, facts, decision.limits)
    return { ...unit, guards, postings, records: [withdrawalWrite(undefined, after, ['processing'], extra)] }
  }
  const after = { ...unconfirmed(withdrawal, policy, facts.now), risk: stepUpFinding(decision.rules) }
  return { ...unit, guards: [inTurn(facts)], records: [withdrawalWrite(undefined, after, ['requires_action'], extra)] }
}

/** The customer has so long from now on. */
const unconfirmed = (
  withdrawal: Withdrawal,
  { confirmation_ms }: WithdrawalStart['policy'],
  now: Date
): Withdrawal => ({
  ...withdrawal,
  confirmBefore: new Date(now.getTime() + confirmation_ms)
})

/** A reviewer lets it go on, as it would have: holds the money now, on today's facts, or lets the customer confirm. */
export function approvePart(
  { policy }: WithdrawalStart,
  withdrawal: Withdrawal,
  facts: WithdrawalFacts,
  actor: string
): UnitPart | Refusal {
  const { amount } = withdrawal
  const decision = decideWithdrawal({ ...facts, amount, confirmed: false, reviewed: true }, policy)
  if (decision.kind === 'decline') return new Refusal(decision.code, decision.data)
  if (decision.kind !== 'hold') {
    const after = unconfirmed(withdrawal, policy, facts.now)
    return { guards: [inTurn(facts)], records: [withdrawalWrite(withdrawal, after, ['requires_action'], { actor })] }
  }
  const { after, guards, postings } = held(withdrawal, facts, decision.limits)
  return { guards, postings, records: [withdrawalWrite(withdrawal, after, ['processing'], { actor })] }
}

/** The customer has confirmed (the decision says so): holds the money now, on today's facts. */
export function confirmPart(
  { policy }: WithdrawalStart,
  withdrawal: Withdrawal,
  facts: WithdrawalFacts,
  actor: string
): UnitPart | Refusal {
  const { amount } = withdrawal
  const decision = decideWithdrawal({ ...facts, amount, confirmed: true, reviewed: true }, policy)
  if (decision.kind === 'decline') return new Refusal(decision.code, decision.data)
  if (decision.kind !== 'hold') return new Refusal('confirmation_required')
  const confirmed = { ...withdrawal, confirmedAt: facts.now }
  const { after, guards, postings } = held(confirmed, facts, decision.limits)
  return { guards, postings, records: [withdrawalWrite(withdrawal, after, ['processing'], { actor })] }
}

/** The record of a withdrawal that the bank is not asked for; nobody decided that, where it was ordered before. */
export function refusedUnit(start: WithdrawalStart, withdrawal: Withdrawal, { code, data }: Refused): UnitOfWork {
  const from = data['withdrawable_from']
  const withdrawableFrom = typeof from === 'string' ? new Date(from) : null
  const isNew = withdrawal.version === 0
  const after = {
    ...withdrawal,
    declineCode: code,
    withdrawableFrom,
    risk: findingOf(code, data) ?? withdrawal.risk
  }
  const extra = isNew ? { order: start, actor: start.actor } : {}
  return {
    key: `${start.id}:decline`,
    fingerprint: start.fingerprint,
    records: [withdrawalWrite(isNew ? undefined : withdrawal, after, ['declined'], extra)]
  }
}

/** As it was ordered, before anything has become of it. */
export const newWithdrawal = (
  { id, order, policy }: WithdrawalStart,
  { customerId, now }: WithdrawalFacts
): Withdrawal => {
  const of = currency(order.amount.currency)
  const amount = BigInt(order.amount.amount)
  return {
    id: idOf('wdr', id),
    state: 'processing',
    version: 0,
    customerId,
    walletId: idOf('wal', order.wallet_id),
    bankAccountId: idOf('ban', order.bank_account_id),
    bank: order.bank,
    currency: of,
    amount,
    fee: withdrawalFee(amount, of, policy),
    metadata: order.metadata,
    declineCode: null,
    withdrawableFrom: null,
    confirmBefore: null,
    confirmedAt: null,
    heldAt: null,
    limitCounters: [],
    bankReference: null,
    sentAt: null,
    returned: 0n,
    createdAt: now,
    ...notJudged
  }
}

/** The withdrawal with its money held and its amount counted, and what that takes. */
function held(
  withdrawal: Withdrawal,
  facts: WithdrawalFacts,
  limits: Limits
): { after: Withdrawal; guards: Guard[]; postings: PostingStep[] } {
  const { limitCounters, guards } = outgoingGuards(withdrawal.amount, facts.counters, limits)
  return {
    after: { ...withdrawal, heldAt: facts.now, limitCounters },
    guards: [inTurn(facts), ...guards],
    postings: holdsOf(withdrawal).map((hold) => ({ op: 'hold', ...hold }))
  }
}

/** What was decided on the facts holds while no other withdrawal of the customer has come in between. */
const inTurn = ({ turn }: WithdrawalFacts): Guard => ({ kind: 'unmoved', ...turn })
