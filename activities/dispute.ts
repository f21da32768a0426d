import { creditDueAt, disputeFault, isNewAccount } from '../domain/dispute-rules.ts'
import { idOf } from '../domain/ids.ts'
import type { UnitOfWork } from '../ledger/unit-of-work.ts'
import { readAvailable, readWalletDebts } from '../store/debts.ts'
import { readDisputableFacts, readDisputer } from '../store/dispute-facts.ts'
import { findDispute, getDispute, type Dispute } from '../store/dispute.ts'
import { findFirstVersion } from '../store/event.ts'
import type { Payment } from '../store/payment.ts'
import { pendingDecisions } from './carry-out.ts'
import { denyDebit } from './deny-debit.ts'
import type { ActivityDeps } from './deps.ts'
import { toDisputeProgress, type DisputeAccepted, type DisputeProgress, type DisputeStart } from './dispute-progress.ts'
import { createDisputeStep, postByAttempts, see } from './dispute-step.ts'
import {
  creditPart,
  forCustomerPart,
  openPart,
  releasePart,
  remindPart,
  respondPart,
  reversePart,
  superfluousPart
} from './dispute-units.ts'

/** The steps of a dispute that touch only our books; each is one unit of work, and safe to repeat. */
export function disputeActivities({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  const step = createDisputeStep({ db, ledger, crash })

  /** On today's facts; what was there when the route looked may be gone. */
  async function openUnit(start: DisputeStart): Promise<Omit<UnitOfWork, 'key' | 'fingerprint'>> {
    const { order, policy } = start
    const facts = await readDisputableFacts(db, order.payment_id, order.previous_id)
    const customer = await readDisputer(db, facts.payment.customerId)
    const dispute = newDispute(start, facts.payment, facts.now, {
      creditDue: creditDueAt(
        { amount: BigInt(order.amount.amount), currency: facts.payment.currency, openedAt: facts.now },
        customer,
        policy
      ),
      newAccount: isNewAccount(customer, facts.now, policy)
    })
    const fault = disputeFault(facts, dispute.amount, policy)
    if (fault) return superfluousPart(start, dispute, fault.code)
    return openPart(start, await see(db, dispute, facts.payment))
  }

  return {
    /**
     * Reserves what is disputed. Where the customer says that it was not them, nothing leaves their wallets from now on. A
     * record that is there already answers for itself.
     */
    openDispute: async (start: DisputeStart): Promise<DisputeAccepted> => {
      const { id, fingerprint, order, policy } = start
      const there = await findDispute(db, id)
      if (!there) await postByAttempts(ledger, { key: `${id}:open`, fingerprint }, () => openUnit(start))
      if (!there) crash('dispute.open/unfrozen')
      if (order.reason === 'unauthorized') await denyDebit(db, order.payment_id, start.requestId)
      const progress = toDisputeProgress(there ?? (await getDispute(db, id)), policy)
      crash('dispute.open/report')
      return there ? { ...progress, first_version: await findFirstVersion(db, id) } : progress
    },

    readDispute: async ({ id, policy }: DisputeStart): Promise<DisputeProgress> =>
      toDisputeProgress(await getDispute(db, id), policy),

    /** The time to set it right is over: it is formal now. */
    askForResponse: (start: DisputeStart): Promise<DisputeProgress> =>
      step(start, 'respond', (seen) => respondPart(start, seen)),

    remindMerchant: (start: DisputeStart): Promise<DisputeProgress> =>
      step(start, 'remind', ({ dispute }) => remindPart(dispute)),

    /** The merchant has said nothing: the customer is right. */
    expireDispute: (start: DisputeStart): Promise<DisputeProgress> =>
      step(start, 'expire', ({ dispute, now }) => forCustomerPart(dispute, { ...dispute, endedAt: now }, ['expired'])),

    creditProvisionally: (start: DisputeStart): Promise<DisputeProgress> => step(start, 'credit', creditPart),

    /** Gives the merchant back what was reserved, once it is known that it is theirs. */
    releaseReserve: (start: DisputeStart): Promise<DisputeProgress> =>
      step(start, 'release', (seen) => releasePart(start, seen)),

    /** Takes a provisional credit back, after the notice. */
    reverseCredit: (start: DisputeStart): Promise<DisputeProgress> =>
      step(start, 'reverse', async ({ dispute }) => {
        // Before the balance: what comes in meanwhile moves the counters.
        const debts = await readWalletDebts(db, dispute.walletId)
        const available = await readAvailable(db, dispute.walletId, dispute.currency)
        return reversePart(dispute, { available, debts })
      }),

    listDisputeDecisions: pendingDecisions(db)
  }
}

/** As it was asked for, before anything has become of it. */
const newDispute = (
  { id, order, actor }: DisputeStart,
  payment: Payment,
  now: Date,
  times: Pick<Dispute, 'creditDue' | 'newAccount'>
): Dispute => ({
  id: idOf('dsp', id),
  state: 'inquiry',
  version: 0,
  paymentId: payment.id,
  customerId: payment.customerId,
  walletId: payment.walletId,
  merchantId: payment.merchantId,
  currency: payment.currency,
  amount: BigInt(order.amount.amount),
  reason: order.reason,
  previousId: order.previous_id === undefined ? null : idOf('dsp', order.previous_id),
  openedBy: actor,
  declineCode: null,
  ...times,
  inquiryUntil: null,
  formalAt: null,
  evidenceDue: null,
  reminders: 0,
  fee: 0n,
  evidence: [],
  reviewSince: null,
  reviewDue: null,
  reviews: [],
  creditedAt: null,
  ending: null,
  endedAt: null,
  released: false,
  noticeUntil: null,
  owed: 0n,
  outstanding: 0n,
  createdAt: now
})
