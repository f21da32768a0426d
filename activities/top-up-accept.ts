import { account } from '../domain/account-kinds.ts'
import { currency } from '../domain/currencies.ts'
import { Refusal, type ProblemCode } from '../domain/errors.ts'
import { topUpFundingOf } from '../domain/funding.ts'
import { idOf } from '../domain/ids.ts'
import { findingOf } from '../domain/risk.ts'
import { decideAcceptance } from '../domain/top-up-acceptance.ts'
import type { Guard, UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import { notJudged } from '../store/risk.ts'
import { onTheWayCounter, type TopUpFacts } from '../store/top-up-facts.ts'
import type { TopUp } from '../store/top-up.ts'
import { heldForReview } from './risk-review.ts'
import type { Refused } from './settle.ts'
import type { TopUpStart } from './top-up-progress.ts'
import { topUpWrite } from './top-up-units.ts'

/**
 * Takes the order in and counts it against the balance limit, or lets a reviewer look at it first; no money moves. Or
 * refuses, with the code of the decline.
 */
export function acceptUnit(start: TopUpStart, topUp: TopUp, facts: TopUpFacts): UnitOfWork {
  const { amount, automatic } = topUp
  const unit = { key: `${start.id}:accept`, fingerprint: start.fingerprint }
  const decision = decideAcceptance({ ...facts, amount, automatic, reviewed: false }, start.policy)
  if (decision.kind === 'decline')
    return { ...unit, guards: [{ kind: 'refuse', code: decision.code, data: decision.data }] }
  const extra = { order: start, actor: start.actor }
  if (decision.kind === 'review') {
    const { after, review } = heldForReview(start, topUp, decision.risk, facts.now)
    const records = [topUpWrite(undefined, after, ['in_review'], { ...extra, review })]
    return { ...unit, guards: inTurn(start, facts), records }
  }
  return {
    ...unit,
    guards: [...inTurn(start, facts), ...counted(topUp, decision.balanceLimit)],
    records: [topUpWrite(undefined, topUp, ['processing'], extra)]
  }
}

/** A reviewer lets it go on: counted now, on today's facts, and then the bank is asked. */
export function approvePart(
  { policy }: TopUpStart,
  topUp: TopUp,
  facts: TopUpFacts,
  actor: string
): UnitPart | Refusal {
  const { amount, automatic } = topUp
  const decision = decideAcceptance({ ...facts, amount, automatic, reviewed: true }, policy)
  if (decision.kind === 'decline') return new Refusal(decision.code, decision.data)
  if (decision.kind === 'review') return new Refusal('state_conflict', { state: topUp.state })
  const after = { ...topUp, reviewedAt: facts.now }
  return {
    guards: counted(topUp, decision.balanceLimit),
    records: [topUpWrite(topUp, after, ['processing'], { actor })]
  }
}

/** The record of a top-up that the bank is not asked for; nobody decided that, where it was ordered before. */
export function refusedUnit(start: TopUpStart, topUp: TopUp, { code, data }: Refused): UnitOfWork {
  const isNew = topUp.version === 0
  const after = { ...topUp, declineCode: code, risk: findingOf(code, data) ?? topUp.risk }
  const extra = isNew ? { order: start, actor: start.actor } : {}
  return {
    key: `${start.id}:decline`,
    fingerprint: start.fingerprint,
    records: [topUpWrite(isNew ? undefined : topUp, after, ['declined'], extra)]
  }
}

/** A reviewer has said no. */
export const rejectedPart = (topUp: TopUp, actor: string): UnitPart => ({
  records: [topUpWrite(topUp, { ...topUp, declineCode: 'risk_blocked' }, ['declined'], { actor })]
})

/** Taken back before a reviewer has decided, or not reviewed in time. */
export const canceledPart = (topUp: TopUp, actor?: string): UnitPart => ({
  records: [topUpWrite(topUp, topUp, ['canceled'], { actor })]
})

/** As it was ordered, before anything has become of it. */
export const newTopUp = ({ id, order }: TopUpStart, { customerId, now }: TopUpFacts): TopUp => ({
  id: idOf('top', id),
  state: 'processing',
  version: 0,
  customerId,
  walletId: idOf('wal', order.wallet_id),
  funding: topUpFundingOf(order),
  currency: currency(order.amount.currency),
  amount: BigInt(order.amount.amount),
  metadata: order.metadata,
  declineCode: null,
  bankReference: null,
  sentAt: null,
  returned: 0n,
  automatic: 'automatic' in order && order.automatic === true,
  createdAt: now,
  reviewedAt: null,
  ...notJudged
})

/** What was decided on the facts holds while no other top-up of the customer has come in between. */
const inTurn = ({ policy }: TopUpStart, { limitPolicy, turn }: TopUpFacts): Guard[] =>
  limitPolicy === 'unlimited' || !policy.risk ? [] : [{ kind: 'unmoved', ...turn }]

/** Counts it as on its way, below the balance limit. */
function counted({ amount, walletId, currency: of }: TopUp, balanceLimit: bigint | null): Guard[] {
  const counter = onTheWayCounter(walletId)
  const code: ProblemCode = 'balance_limit_exceeded'
  const count: Guard = { kind: 'counter', counter, add: amount, code }
  if (balanceLimit === null) return [count]
  const wallet = account('wallet', walletId, of)
  return [
    { kind: 'max_balance', account: wallet, counter, add: amount, max: balanceLimit, code, data: { limit: 'balance' } },
    count
  ]
}
