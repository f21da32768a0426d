import { reviewersOf } from '../domain/dispute-rules.ts'
import type { DisputeParty } from '../domain/dispute.ts'
import { Refusal } from '../domain/errors.ts'
import type { EvidenceFile } from '../domain/evidence.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { DisputeState } from '../domain/dispute.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { getDispute, type Dispute } from '../store/dispute.ts'
import { readBusinessNow } from '../store/process.ts'
import { carryOut } from './carry-out.ts'
import { retriedPart } from './chargeback-units.ts'
import type { ActivityDeps } from './deps.ts'
import { toDisputeProgress, type DisputeStart } from './dispute-progress.ts'
import { endingWrite, evidencePart, forCustomerPart } from './dispute-units.ts'

type DisputeDecided = DecisionOutcome<DisputeState>

/** What the parties and the reviewers decide about a dispute; each decision is one unit of work. */
export function disputeDecisionActivities({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  async function decide(
    start: DisputeStart,
    decisionId: string,
    partFor: (dispute: Dispute, decision: Decision, now: Date) => UnitPart | Refusal
  ): Promise<DisputeDecided> {
    const { id, policy } = start
    const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async (decision) => {
      const dispute = await getDispute(db, id)
      return dispute.ending === null
        ? partFor(dispute, decision, await readBusinessNow(db))
        : new Refusal('state_conflict', { state: dispute.state, reason: 'decided' })
    })
    crash('dispute.decide/report')
    return { ...settled, progress: toDisputeProgress(await getDispute(db, id), policy) }
  }

  return {
    submitEvidence: (start: DisputeStart, decisionId: string): Promise<DisputeDecided> =>
      decide(start, decisionId, (dispute, { actor, data }, now) => {
        const { state, evidenceDue } = dispute
        const isOpen = state === 'inquiry' || state === 'needs_response' || state === 'under_review'
        if (!isOpen || (evidenceDue && now >= evidenceDue)) return new Refusal('state_conflict', { state })
        const { party, files, statement } = data as unknown as Submitted
        if (party === 'customer' && dispute.chargebackId !== null) return withIssuer(dispute)
        return evidencePart(start, dispute, { party, at: now.toISOString(), files, statement }, actor)
      }),

    /** The merchant gives in: in an inquiry it costs no fee, which is what an inquiry is for. */
    acceptDispute: (start: DisputeStart, decisionId: string): Promise<DisputeDecided> =>
      decide(start, decisionId, (dispute, { actor, role }, now) => {
        const { state, merchantId } = dispute
        if (role !== 'merchant' || actor !== merchantId) return new Refusal('forbidden')
        const after = { ...dispute, endedAt: now }
        if (state === 'inquiry') return forCustomerPart(dispute, after, ['needs_response', 'accepted'], actor)
        return state === 'needs_response'
          ? forCustomerPart(dispute, after, ['accepted'], actor)
          : new Refusal('state_conflict', { state })
      }),

    /** The customer takes it back. */
    withdrawDispute: (start: DisputeStart, decisionId: string): Promise<DisputeDecided> =>
      decide(start, decisionId, (dispute, { actor, role }, now) => {
        if (role !== 'service' && actor !== dispute.customerId) return new Refusal('forbidden')
        if (dispute.chargebackId !== null) return withIssuer(dispute)
        const ending = dispute.state === 'inquiry' ? 'closed' : 'withdrawn'
        const event = 'dispute.taken_back'
        return { records: [endingWrite(dispute, { ending, endedAt: now }, { event, actor })] }
      }),

    /** Finance has the acquirer asked what the card's issuer has decided. */
    retryDispute: (start: DisputeStart, decisionId: string): Promise<DisputeDecided> =>
      decide(start, decisionId, (dispute, { actor, role }) => {
        if (role !== 'finance') return new Refusal('forbidden')
        // Before that nobody there has it, and a dispute with us is not theirs.
        return dispute.representedAt === null
          ? new Refusal('state_conflict', { state: dispute.state })
          : retriedPart(dispute, actor)
      }),

    /** A reviewer's word; it decides once as many agree as are needed. */
    decideDispute: (start: DisputeStart, decisionId: string): Promise<DisputeDecided> =>
      decide(start, decisionId, (dispute, decision, now) => reviewedPart(start, dispute, decision, now))
  }
}

/** What card holders have to say about a chargeback they say to the card's issuer, and so does who decides. */
const withIssuer = ({ state }: Dispute) => new Refusal('state_conflict', { state, reason: 'with_card_issuer' })

interface Submitted {
  readonly party: DisputeParty
  readonly files: readonly EvidenceFile[]
  readonly statement: string | null
}

function reviewedPart(
  { policy }: DisputeStart,
  dispute: Dispute,
  { actor, role, data }: Decision,
  now: Date
): UnitPart | Refusal {
  const { state, evidenceDue, reviews, openedBy } = dispute
  if (role !== 'reviewer') return new Refusal('forbidden')
  if (dispute.chargebackId !== null) return withIssuer(dispute)
  if (state !== 'under_review') return new Refusal('state_conflict', { state })
  // Both parties were promised so long to show what they have.
  if (now < evidenceDue!) return new Refusal('state_conflict', { state, until: evidenceDue!.toISOString() })
  if (actor === openedBy || reviews.some((review) => review.actor === actor)) return new Refusal('four_eyes_required')
  const outcome = data['outcome'] === 'won' ? 'won' : 'lost'
  const said = [...reviews, { actor, outcome, reason: String(data['reason']) } as const]
  const agreeing = said.filter((review) => review.outcome === outcome).length
  if (agreeing < reviewersOf(dispute, policy))
    return { records: [endingWrite(dispute, { reviews: said }, { event: 'dispute.reviewed', actor })] }
  const after = { reviews: said, endedAt: now }
  if (outcome === 'lost') return forCustomerPart(dispute, { ...dispute, ...after }, ['lost'], actor)
  const event = 'dispute.decided'
  return { records: [endingWrite(dispute, { ...after, ending: 'won' }, { event, actor })] }
}
