import type { MandateState } from '../domain/mandate.ts'
import { nextOccurrence } from '../domain/mandate.ts'
import { currency } from '../domain/currencies.ts'
import { idOf } from '../domain/ids.ts'
import { accountIndexOf } from '../store/bill-account.ts'
import { findFirstVersion } from '../store/event.ts'
import { findMandate, getMandate, type Mandate } from '../store/mandate.ts'
import { readBusinessNow } from '../store/process.ts'
import { findWallet } from '../store/wallet.ts'
import type { ActivityDeps } from './deps.ts'
import { toMandateProgress, type MandateAccepted, type MandateProgress, type MandateStart } from './mandate-progress.ts'
import { openMandateUnit, withNext } from './mandate-units.ts'
import { settle } from './settle.ts'

/** A mandate's own steps; each is one unit of work, and safe to repeat. */
export function mandateActivities({
  db,
  ledger,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'crash'>) {
  const progressOf = async ({ id }: MandateStart): Promise<MandateProgress> =>
    toMandateProgress(await getMandate(db, id))

  return {
    /** Writes the record; one that is there already answers for itself. */
    openMandate: async (start: MandateStart): Promise<MandateAccepted> => {
      if (await findMandate(db, start.id))
        return { ...(await progressOf(start)), first_version: await findFirstVersion(db, start.id) }
      const { customerId } = (await findWallet(db, start.order.wallet_id))!
      const owner = { biller_id: start.order.biller_id, account_reference: start.id }
      const accountIndex = await accountIndexOf(db, vault, customerId, owner)
      await settle(ledger, async () =>
        openMandateUnit(start, newMandate(start, { customerId, accountIndex, now: await readBusinessNow(db) }))
      )
      const progress = await progressOf(start)
      crash('mandate.open/report')
      return progress
    },

    readMandate: progressOf
  }
}

const OPENED: MandateState = 'active'

function newMandate(
  { id, order, policy }: MandateStart,
  { customerId, accountIndex, now }: { customerId: string; accountIndex: string; now: Date }
): Mandate {
  const isFixed = 'fixed' in order.amount
  const money = 'fixed' in order.amount ? order.amount.fixed : order.amount.bill_up_to
  const mandate: Mandate = {
    id: idOf('man', id),
    state: OPENED,
    version: 0,
    customerId: idOf('cus', customerId),
    walletId: idOf('wal', order.wallet_id),
    billerId: idOf('bil', order.biller_id),
    accountIndex,
    currency: currency(money.currency),
    amountType: isFixed ? 'fixed' : 'bill_up_to',
    amount: BigInt(money.amount),
    amountOnce: null,
    plan: {
      rule: order.rule,
      daysBeforeDue: order.days_before_due,
      zone: order.zone,
      time: order.time,
      holiday: order.holiday,
      start: order.start,
      end: order.end ?? null,
      count: order.count ?? null,
      from: now
    },
    latePolicy: order.late_policy,
    metadata: order.metadata,
    lastPeriod: null,
    next: null,
    openPayments: 0,
    failuresInRow: 0,
    reason: null,
    scheduleVersion: 1,
    createdAt: now
  }
  return withNext(mandate, nextOccurrence(mandate.plan, null), policy)
}
