import { disputeStates, type DisputeState } from '../domain/dispute.ts'
import { toWire, type WireMoney } from '../domain/money.ts'
import type { Accepted, DisputeOrder, Progress, Start } from '../domain/orders.ts'
import type { DisputePolicy } from '../domain/policy/index.ts'
import type { Dispute } from '../store/dispute.ts'

export type DisputeStart = Start<DisputeOrder, DisputePolicy>

/** What happens at `deadline` if nobody does anything before. */
export type DisputeNext = 'release' | 'reverse' | 'credit' | 'respond' | 'remind' | 'expire' | 'represent'

export interface DisputeProgress extends Progress<DisputeState> {
  readonly amount: WireMoney
  readonly next?: DisputeNext
  /** Of a chargeback that the merchant contests: under which reference the acquirer is told, and since when it may know. */
  readonly representment?: { readonly part: number; readonly sent_at?: string }
}

export type DisputeAccepted = Accepted<DisputeProgress>

export function toDisputeProgress(dispute: Dispute, policy: DisputePolicy): DisputeProgress {
  const { id, state, version, declineCode } = dispute
  const first = waitsOf(dispute, policy).reduce<Wait | undefined>(
    (soonest, wait) => (soonest === undefined || wait.at < soonest.at ? wait : soonest),
    undefined
  )
  return {
    id,
    state,
    version,
    amount: toWire(dispute),
    ...(declineCode !== null && { decline_code: declineCode }),
    ...(first && { next: first.next, deadline: first.at.toISOString() }),
    ...(first?.next === 'represent' && {
      representment: {
        part: dispute.representments + 1,
        ...(dispute.representedAt && { sent_at: dispute.representedAt.toISOString() })
      }
    })
  }
}

interface Wait {
  readonly next: DisputeNext
  readonly at: Date
}

/** Everything that a dispute runs into by itself. */
function waitsOf(dispute: Dispute, policy: DisputePolicy): Wait[] {
  const { state, ending, endedAt, released, noticeUntil, creditedAt, creditDue } = dispute
  if (disputeStates.isTerminal(state)) return []
  if (ending !== null) return [released ? { next: 'reverse', at: noticeUntil! } : { next: 'release', at: endedAt! }]
  if (dispute.chargebackId !== null && state === 'under_review')
    return [{ next: 'represent', at: dispute.evidenceDue! }]
  return [
    ...(creditedAt === null && dispute.chargebackId === null ? [{ next: 'credit' as const, at: creditDue }] : []),
    ...(state === 'inquiry' ? [{ next: 'respond' as const, at: dispute.inquiryUntil! }] : []),
    ...(state === 'needs_response' ? [answerWait(dispute, policy)] : [])
  ]
}

/** The merchant is reminded twice, and has then lost. */
function answerWait({ formalAt, evidenceDue, reminders }: Dispute, policy: DisputePolicy): Wait {
  const half = new Date(formalAt!.getTime() + policy.evidence_ms / 2)
  const last = new Date(evidenceDue!.getTime() - policy.last_reminder_ms)
  if (reminders === 0) return { next: 'remind', at: half }
  return reminders === 1 ? { next: 'remind', at: last } : { next: 'expire', at: evidenceDue! }
}
