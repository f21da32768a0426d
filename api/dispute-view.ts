import type { z } from 'zod'
import { disputeStates } from '../domain/dispute.ts'
import { toWire } from '../domain/money.ts'
import type { Dispute } from '../store/dispute.ts'
import type { Caller } from './caller.ts'
import type { DisputeReply } from './dispute-schemas.ts'
import { Answer } from './route.ts'

type Credit = NonNullable<z.input<typeof DisputeReply>['provisional_credit']>

/** What is between the customer and us: merchants are not shown it. */
const ofCustomer: ReadonlySet<string> = new Set([
  'dispute.credited',
  'dispute.reversal_announced',
  'dispute.partly_recovered',
  'dispute.recovered',
  'dispute.goodwill'
])

/** What a caller is shown of a dispute: `view` is what both parties see. */
export function shownTo(caller: Caller, dispute: Dispute, view: Record<string, unknown>): Record<string, unknown> {
  if (caller.kind === 'merchant') return withoutCredit(view)
  const credit = creditOf(dispute)
  const isReviewer = caller.kind === 'operator' && caller.role === 'reviewer'
  return {
    ...view,
    ...(credit && { provisional_credit: credit }),
    ...(dispute.goodwill > 0n && { goodwill: toWire({ amount: dispute.goodwill, currency: dispute.currency }) }),
    ...(isReviewer && { reviews: dispute.reviews })
  }
}

function withoutCredit(view: Record<string, unknown>): Record<string, unknown> {
  const timeline = view['timeline'] as { readonly type: string }[] | undefined
  return { ...view, ...(timeline && { timeline: timeline.filter(({ type }) => !ofCustomer.has(type)) }) }
}

/**
 * The answer to a command: as it was then, whenever it is asked for again. What has become of the credit since is for who
 * reads the dispute.
 */
export const answeredTo = (given: Answer<unknown>, caller: Caller): Answer<unknown> =>
  given.status === 202 || caller.kind !== 'merchant'
    ? given
    : new Answer(given.status, withoutCredit(given.body as Record<string, unknown>), given.headers)

function creditOf(dispute: Dispute): Credit | undefined {
  const { state, creditDue, creditedAt, ending, noticeUntil, currency, owed, outstanding } = dispute
  if (dispute.chargebackId !== null) return undefined
  const isOver = disputeStates.isTerminal(state)
  if (creditedAt === null) return isOver || ending !== null ? undefined : { state: 'due', at: creditDue.toISOString() }
  if (isOver && ending === null) return { state: 'final', at: creditedAt.toISOString() }
  if (isOver) {
    const money = (amount: bigint) => toWire({ amount, currency })
    const debt = owed > 0n ? { owed: money(owed), outstanding: money(outstanding) } : {}
    return { state: 'reversed', ...debt }
  }
  if (noticeUntil !== null) return { state: 'reversing', at: noticeUntil.toISOString() }
  return { state: 'given', at: creditedAt.toISOString() }
}

/** The same for an answer that may have nothing to show yet (202). */
export const withCredit = (given: Answer<unknown>, caller: Caller, dispute: Dispute | undefined): Answer<unknown> =>
  dispute === undefined || given.status === 202
    ? given
    : new Answer(given.status, shownTo(caller, dispute, given.body as Record<string, unknown>), given.headers)
