import { account } from '../domain/account-kinds.ts'
import { goodwillFault, merchantDebtFault, type ConcessionState } from '../domain/concession.ts'
import { currency } from '../domain/currencies.ts'
import type { Fault } from '../domain/dispute-rules.ts'
import { reviewersOf } from '../domain/dispute-rules.ts'
import { Refusal } from '../domain/errors.ts'
import { idOf } from '../domain/ids.ts'
import type { Accepted, DecisionOutcome } from '../domain/orders.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { readBalance } from '../ledger/balances.ts'
import { appendAuditOnce, type AuditEntry } from '../store/audit.ts'
import { findConcession, getConcession, isFollowed, type Concession } from '../store/concession.ts'
import { getDispute } from '../store/dispute.ts'
import { findFirstVersion } from '../store/event.ts'
import { getPayment } from '../store/payment.ts'
import { readBusinessNow } from '../store/process.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import { toConcessionProgress, type ConcessionProgress, type ConcessionStart } from './concession-progress.ts'
import { declinedPart, grantedPart, inReviewPart, rejectedPart, type ConcessionSubject } from './concession-units.ts'
import type { ActivityDeps } from './deps.ts'
import { postByAttempts } from './post-by-attempts.ts'
import { isReviewed } from './reviewed.ts'

/** What we give up of our own, asked for by one operator, and above a threshold approved by another one. */
export function concessionActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  /** On today's facts: whether it can still be given up. */
  async function look(concession: Concession): Promise<{ fault: Fault | undefined; subject: ConcessionSubject }> {
    const { goodwill, merchantId, amount } = concession
    if (!goodwill) {
      const has = async (kind: 'merchant_payable' | 'merchant_reserve' | 'merchant_receivable') =>
        (await readBalance(db, account(kind, merchantId, concession.currency))).posted
      const [payable, reserve] = [await has('merchant_payable'), await has('merchant_reserve')]
      const receivable = await has('merchant_receivable')
      return { fault: merchantDebtFault({ payable, reserve, receivable }, amount), subject: undefined }
    }
    const dispute = await getDispute(db, goodwill.disputeId)
    const payment = await getPayment(db, dispute.paymentId)
    const lost = { ...dispute, isFollowed: await isFollowed(db, dispute.id) }
    return { fault: goodwillFault(lost, amount), subject: { dispute, payment } }
  }

  async function openUnit(start: ConcessionStart): Promise<UnitPart> {
    const concession = await newConcession(db, start)
    const { fault, subject } = await look(concession)
    const extra = { order: start, actor: start.actor }
    if (fault) return declinedPart(undefined, concession, fault.code, extra)
    const needsReview = concession.kind === 'merchant_debt' || reviewersOf(concession, start.policy) === 2
    return needsReview ? inReviewPart(start, concession) : grantedPart(undefined, concession, subject, extra)
  }

  async function decide(
    { id }: ConcessionStart,
    decisionId: string,
    partFor: (concession: Concession, actor: string) => Promise<UnitPart>
  ): Promise<DecisionOutcome<ConcessionState>> {
    const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async (decision) => {
      const concession = await getConcession(db, id)
      const { actor, role } = decision
      if (role !== 'finance') return new Refusal('forbidden')
      if (concession.state !== 'in_review') return new Refusal('state_conflict', { state: concession.state })
      if (actor === concession.requestedBy) return new Refusal('four_eyes_required')
      if (decision.action === 'write-off' && !(await isReviewed(db, id, decision)))
        return new Refusal('four_eyes_required')
      return partFor(concession, actor)
    })
    return { ...settled, progress: toConcessionProgress(await getConcession(db, id)) }
  }

  return {
    openConcession: async (start: ConcessionStart): Promise<Accepted<ConcessionProgress>> => {
      const { id, fingerprint } = start
      const there = await findConcession(db, id)
      if (!there) await postByAttempts(ledger, { key: `${id}:open`, fingerprint }, () => openUnit(start))
      await appendAuditOnce(db, auditOf(start))
      const progress = toConcessionProgress(there ?? (await getConcession(db, id)))
      return there ? { ...progress, first_version: await findFirstVersion(db, id) } : progress
    },

    readConcession: async ({ id }: ConcessionStart): Promise<ConcessionProgress> =>
      toConcessionProgress(await getConcession(db, id)),

    /** Another operator has said yes: what is no longer there to be given up is declined. */
    grantConcession: (start: ConcessionStart, decisionId: string) =>
      decide(start, decisionId, async (concession, actor) => {
        const { fault, subject } = await look(concession)
        return fault
          ? declinedPart(concession, concession, fault.code, { actor })
          : grantedPart(concession, concession, subject, { actor })
      }),

    rejectConcession: (start: ConcessionStart, decisionId: string) =>
      decide(start, decisionId, async (concession, actor) => rejectedPart(concession, actor)),

    listConcessionDecisions: pendingDecisions(db)
  }
}

const auditOf = ({ id, order, actor, requestId }: ConcessionStart): AuditEntry => {
  const { amount: _, ...data } = order
  return { actor, action: `concession.${order.kind}`, object: id, requestId, data }
}

/** As it was asked for, before anything has become of it. */
async function newConcession(db: ActivityDeps['db'], { id, order, actor }: ConcessionStart): Promise<Concession> {
  const dispute = order.dispute_id === undefined ? undefined : await getDispute(db, order.dispute_id)
  return {
    id: idOf('con', id),
    state: 'in_review',
    version: 0,
    kind: order.kind,
    merchantId: idOf('mer', order.merchant_id),
    goodwill: dispute ? { disputeId: dispute.id, customerId: dispute.customerId, walletId: dispute.walletId } : null,
    currency: currency(order.amount.currency),
    amount: BigInt(order.amount.amount),
    reason: order.reason,
    requestedBy: actor,
    declineCode: null,
    createdAt: await readBusinessNow(db)
  }
}
