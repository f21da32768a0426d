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

type Ledger = ActivityDeps['ledger']

/**
 * Posts what `build` makes of what it sees, under `<key>:<attempt>`. A refusal for want of money says that somebody was
 * faster: then less is there than was seen, and the next attempt looks again. Undefined: there is nothing to do.
 * @returns whether something was posted
 * @throws {Error} for any other refusal: the books have no business to refuse it
 */
export async function postByAttempts(
  ledger: Ledger,
  { key, fingerprint }: { readonly key: string; readonly fingerprint: string },
  build: () => Promise<UnitPart | undefined>
): Promise<boolean> {
  for (let attempt = 0; ;) {
    const part = await build()
    if (!part) return false
    const result = await ledger.post({ key: `${key}:${attempt}`, fingerprint, ...part })
    if (result.status === 'posted') return true
    if (result.status === 'refused' && result.code === 'insufficient_funds') attempt += 1
    else if (result.status !== 'stale') throw new Error(`${key}:${attempt} was ${result.status}`)
  }
}

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
