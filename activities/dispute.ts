import { creditDueAt, disputeFault, isNewAccount } from '../domain/dispute-rules.ts'
import { shareOfMerchant } from '../domain/chargeback.ts'
import { idOf } from '../domain/ids.ts'
import type { UnitOfWork } from '../ledger/unit-of-work.ts'
import { readAvailable, readWalletDebts } from '../store/debts.ts'
import { readDisputableFacts, readDisputer } from '../store/dispute-facts.ts'
import { findDispute, getDispute, type Dispute } from '../store/dispute.ts'
import { findFirstVersion } from '../store/event.ts'
import { getPayment, type Payment } from '../store/payment.ts'
import { readBusinessNow } from '../store/process.ts'
import { pendingDecisions } from './carry-out.ts'
import { supersedeDisputes } from './chargeback-dispute.ts'
import { takenPart } from './chargeback-units.ts'
import { denyDebit } from './deny-debit.ts'
import type { ActivityDeps } from './deps.ts'
import { toDisputeProgress, type DisputeAccepted, type DisputeProgress, type DisputeStart } from './dispute-progress.ts'
import { createDisputeStep, see } from './dispute-step.ts'
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
import { postByAttempts } from './post-by-attempts.ts'

/** The steps of a dispute that touch only our books; each is one unit of work, and safe to repeat. */
export function disputeActivities({ db, ledger, runs, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'runs' | 'crash'>) {
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

  /** What of a chargeback is still the merchant's to give back; what is not the customer has twice. */
  async function takenUnit(start: DisputeStart): Promise<Omit<UnitOfWork, 'key' | 'fingerprint'>> {
    const { order } = start
    const payment = await getPayment(db, order.payment_id)
    const amount = shareOfMerchant(BigInt(order.amount.amount), payment)
    const now = await readBusinessNow(db)
    const isNew = isNewAccount(await readDisputer(db, payment.customerId), now, start.policy)
    const asked = newDispute(start, payment, now, { creditDue: now, newAccount: isNew })
    const previous = asked.previousId === null ? undefined : await findDispute(db, asked.previousId)
    const dispute = { ...asked, previousId: previous?.state === 'won' ? previous.id : null }
    if (amount === 0n) return superfluousPart(start, dispute, 'amount_not_disputable')
    return takenPart(start, await see(db, { ...dispute, amount }, payment))
  }

  /** The customer's own disputes end first: what they hold is what the acquirer has taken. */
  async function open(start: DisputeStart): Promise<void> {
    const { id, fingerprint, order } = start
    const key = { key: `${id}:open`, fingerprint }
    if (order.chargeback_id === undefined) return void (await postByAttempts(ledger, key, () => openUnit(start)))
    await supersedeDisputes({ db, ledger, runs }, start)
    crash('dispute.open/superseded')
    await postByAttempts(ledger, key, () => takenUnit(start))
  }

  return {
    /**
     * Reserves what is disputed. Where the customer says that it was not them, nothing leaves their wallets from now on. A
     * record that is there already answers for itself.
     */
    openDispute: async (start: DisputeStart): Promise<DisputeAccepted> => {
      const { id, order, policy } = start
      const there = await findDispute(db, id)
      if (!there) await open(start)
      if (!there) crash('dispute.open/unfrozen')
      // A card holder has told the issuer that it was not them; their wallet was not the way.
      if (order.reason === 'unauthorized' && order.chargeback_id === undefined)
        await denyDebit(db, order.payment_id, start.requestId)
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
  createdAt: now,
  chargebackId: order.chargeback_id ?? null,
  representments: 0,
  representedAt: null,
  goodwill: 0n
})
