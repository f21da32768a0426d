import type { Refusal } from '../domain/errors.ts'
import type { MandateState } from '../domain/mandate.ts'
import { fromWire, type WireMoney } from '../domain/money.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { listAnnouncedPayments } from '../store/mandate-payments.ts'
import { getMandate } from '../store/mandate.ts'
import { readBusinessNow } from '../store/process.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import {
  canceledPart,
  changedNextPart,
  changedPart,
  pausedPart,
  resumedPart,
  skippedPart,
  type MandateChange,
  type MandateScene
} from './mandate-decision-units.ts'
import { toMandateProgress, type MandateStart } from './mandate-progress.ts'

type Step = (start: MandateStart, decisionId: string) => Promise<DecisionOutcome<MandateState>>

/** What its customer decides about a mandate: a row before it comes here, one unit of work with what is announced. */
export function mandateDecisionActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  /** The record is read before the payments: one that is announced in between makes the unit stale. */
  async function sceneOf({ id, policy }: MandateStart, actor: string): Promise<MandateScene> {
    const mandate = await getMandate(db, id)
    const announced = await listAnnouncedPayments(db, id)
    return { mandate, announced, now: await readBusinessNow(db), policy, actor }
  }

  const step =
    (partFor: (scene: MandateScene, data: Decision['data']) => UnitPart | Refusal): Step =>
    async (start, decisionId) => {
      const about = { processId: start.id, decisionId }
      const settled = await carryOut({ db, ledger }, about, async ({ actor, data }) =>
        partFor(await sceneOf(start, actor), data)
      )
      return { ...settled, progress: toMandateProgress(await getMandate(db, start.id)) }
    }

  return {
    pauseMandate: step(pausedPart),
    resumeMandate: step(resumedPart),
    skipNextOfMandate: step((scene, data) => skippedPart(scene, data['period'] as string | undefined)),
    changeNextOfMandate: step((scene, data) =>
      changedNextPart(scene, fromWire(data['amount'] as WireMoney).amount, data['period'] as string | undefined)
    ),
    cancelMandate: step(canceledPart),
    changeMandate: step((scene, data) => changedPart(scene, toChange(data))),
    listMandateDecisions: pendingDecisions(db)
  }
}

function toChange(data: Decision['data']): MandateChange {
  const { amount, late_policy, ...plan } = data as {
    amount?: { type: 'fixed' | 'bill_up_to'; amount: string }
    late_policy?: MandateChange['latePolicy']
  } & Record<string, unknown>
  return {
    ...(amount && { amountType: amount.type, amount: BigInt(amount.amount) }),
    ...(late_policy && { latePolicy: late_policy }),
    ...(Object.keys(plan).length > 0 && { plan })
  }
}
