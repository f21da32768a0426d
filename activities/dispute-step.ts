import { account } from '../domain/account-kinds.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { readBalance } from '../ledger/balances.ts'
import { readDisputer } from '../store/dispute-facts.ts'
import { getDispute, type Dispute } from '../store/dispute.ts'
import { getPayment, type Payment } from '../store/payment.ts'
import { readBusinessNow } from '../store/process.ts'
import type { ActivityDeps } from './deps.ts'
import { toDisputeProgress, type DisputeNext, type DisputeProgress, type DisputeStart } from './dispute-progress.ts'
import type { DisputeSeen } from './dispute-units.ts'
import { postByAttempts } from './post-by-attempts.ts'

/** The dispute with what its parties have, none of it locked. */
export async function see(db: ActivityDeps['db'], dispute: Dispute, payment: Payment): Promise<DisputeSeen> {
  const of = (kind: 'merchant_payable' | 'merchant_receivable') =>
    readBalance(db, account(kind, dispute.merchantId, dispute.currency))
  const [payable, receivable] = [await of('merchant_payable'), await of('merchant_receivable')]
  return {
    dispute,
    payment,
    now: await readBusinessNow(db),
    payable: payable.available,
    receivable: receivable.available,
    zone: (await readDisputer(db, dispute.customerId)).zone
  }
}

/** What a dispute runs into by itself, each a unit of its own. */
export function createDisputeStep({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  return async function step(
    start: DisputeStart,
    next: DisputeNext,
    partFor: (seen: DisputeSeen) => UnitPart | Promise<UnitPart>
  ): Promise<DisputeProgress> {
    const { id, fingerprint, policy } = start
    const posted = await postByAttempts(
      ledger,
      { key: keyOf(id, next, await getDispute(db, id)), fingerprint },
      async () => {
        const dispute = await getDispute(db, id)
        const seen = await see(db, dispute, await getPayment(db, dispute.paymentId))
        const due = toDisputeProgress(dispute, policy)
        if (due.next !== next || seen.now.toISOString() < due.deadline!) return undefined
        return partFor(seen)
      }
    )
    if (posted) crash(`dispute.${next}/report`)
    return toDisputeProgress(await getDispute(db, id), policy)
  }
}

/** Reminders are two; everything else happens once. */
const keyOf = (id: string, next: DisputeNext, { reminders }: Dispute): string =>
  next === 'remind' ? `${id}:remind:${reminders}` : `${id}:${next}`
