import { heartbeat, log } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { listProcessesToNudge } from '../store/decision.ts'
import { listUnnoticedPaymentRequests, markPaymentRequestNoticed } from '../store/payment-request.ts'
import { listUnsentResets } from '../store/password-reset.ts'
import { listUnsentVerifications } from '../store/verification.ts'
import { findProcess, listOpenProcesses, listStrandedHolds, type ProcessRecord } from '../store/process.ts'
import { restartBulkDecisions } from './bulk-decision.ts'
import type { CodeOrder } from './deliver-code.ts'
import { startAutomaticTopUps } from './automatic-top-ups.ts'
import type { ActivityDeps } from './deps.ts'
import { restartReleases } from './restart-releases.ts'
import { startSettlementDay } from './settlement-day.ts'
import { startMissing } from './start-missing.ts'
import { startWantedDays } from './start-reconciliations.ts'
import { createWorkClock } from './work-clock.ts'
import { nudgeFundedRefunds } from './funded-refunds.ts'
import { findReturns, nudgePaidReturns, type FindReturnsDeps } from './find-returns.ts'

/** What a sweep found; an operator reads it as the run's result. */
export interface SweepReport {
  readonly open: number
  readonly restarted: readonly string[]
  readonly nudged: readonly string[]
  /** Codes that nobody was sending any more. */
  readonly codes: readonly string[]
  /** Tasks and reviews that somebody was reminded of, or that were escalated. */
  readonly late_work: readonly string[]
  /** Returns whose news were lost. */
  readonly returns: readonly string[]
  /** Wallets below what their owners want in them. */
  readonly topped_up: readonly string[]
  /** Refunds whose merchants have the money by now. */
  readonly funded_refunds: readonly string[]
  /** The business day whose settlements nobody had started. */
  readonly settled: readonly string[]
  readonly stranded_holds: readonly string[]
}

const PAGE = 500
/** A record whose first unit has just been committed has a run that is about to say so. */
const MIN_AGE_MS = 5_000
/** A decision is consumed in milliseconds; after a minute its message was lost. */
const DECISION_AGE_MS = 60_000
const SHOWN_MAX = 50

/** Closed ⇒ settled, open ⇒ running, decided ⇒ consumed: looks, and repairs what can be repaired. */
export function sweepActivities(deps: Pick<ActivityDeps, 'db' | 'runs' | 'ledger'> & FindReturnsDeps) {
  const { db, runs } = deps
  const tellOfLateWork = createWorkClock(deps)

  async function restartIfLost({ kind, id, order }: ProcessRecord): Promise<string[]> {
    const workflowId = `${kind}/${id}`
    heartbeat(workflowId)
    if (await runs.isRunning(workflowId)) return []
    // It may have closed while we asked: look at the record again before starting anything.
    if (!(await findProcess(db, id))?.open) return []
    await runs.restart(kind, id, order)
    return [workflowId]
  }

  async function nudgeForgotten(): Promise<string[]> {
    const forgotten = await listProcessesToNudge(db, DECISION_AGE_MS)
    for (const { kind, id } of forgotten) await runs.nudge(`${kind}/${id}`)
    return forgotten.map(({ id }) => id)
  }

  /** A payment that pays a request tells its run after it is committed: unless the worker died, or Temporal was away. */
  async function nudgePaidRequests(): Promise<string[]> {
    const unnoticed = await listUnnoticedPaymentRequests(db, MIN_AGE_MS)
    for (const id of unnoticed) {
      const workflowId = workflowIdOf('payment-request', id)
      heartbeat(workflowId)
      // Where Temporal has lost the run there is nobody to be told, and nothing left to do.
      if (await runs.isRunning(workflowId)) await runs.nudge(workflowId)
      else await markPaymentRequestNoticed(db, id)
    }
    return unnoticed
  }

  return {
    sweep: async (): Promise<SweepReport> => {
      const restarted: string[] = []
      let open = 0
      let page = await listOpenProcesses(db, { afterId: '', minAgeMs: MIN_AGE_MS, limit: PAGE })
      while (page.length > 0) {
        for (const record of page) restarted.push(...(await restartIfLost(record)))
        open += page.length
        page = await listOpenProcesses(db, { afterId: page.at(-1)!.id, minAgeMs: MIN_AGE_MS, limit: PAGE })
      }
      restarted.push(...(await restartReleases(deps)), ...(await restartBulkDecisions(deps, MIN_AGE_MS)))
      restarted.push(...(await startWantedDays(deps)))
      const nudged = [...(await nudgeForgotten()), ...(await nudgePaidRequests()), ...(await nudgePaidReturns(deps))]
      const codes = await sendForgottenCodes(deps)
      const lateWork = await tellOfLateWork()
      const toppedUp = await startAutomaticTopUps(deps)
      const returns = await findReturns(deps)
      const funded = await nudgeFundedRefunds(deps)
      const settled = await startSettlementDay(deps)
      const stranded = await listStrandedHolds(db, SHOWN_MAX)
      if (stranded.length > 0) log.error('holds of processes that are over', { holds: stranded })
      return {
        open,
        restarted: restarted.slice(0, SHOWN_MAX),
        nudged: nudged.slice(0, SHOWN_MAX),
        codes: codes.slice(0, SHOWN_MAX),
        late_work: lateWork.slice(0, SHOWN_MAX),
        returns: returns.slice(0, SHOWN_MAX),
        topped_up: toppedUp.slice(0, SHOWN_MAX),
        funded_refunds: funded.slice(0, SHOWN_MAX),
        settled,
        stranded_holds: stranded
      }
    }
  }
}

/** A code is made in one transaction and sent by a run that is started after it: unless the API died in between. */
async function sendForgottenCodes({ db, runs }: Pick<ActivityDeps, 'db' | 'runs'>): Promise<string[]> {
  const codes = await listUnsentVerifications(db, MIN_AGE_MS)
  const resets = await listUnsentResets(db, MIN_AGE_MS)
  const orders: CodeOrder[] = [
    ...codes.map(({ id, customerId }) => ({ id, customer_id: customerId })),
    ...resets.map((id) => ({ id }))
  ]
  return startMissing(
    runs,
    orders.map((order) => ({ kind: 'deliver-code', id: order.id, order }))
  )
}
