import { heartbeat, log } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { listProcessesToNudge } from '../store/decision.ts'
import { listUnnoticedPaymentRequests, markPaymentRequestNoticed } from '../store/payment-request.ts'
import { listUnsentResets } from '../store/password-reset.ts'
import { listUnsentVerifications } from '../store/verification.ts'
import { listStrandedHolds } from '../store/process.ts'
import { restartBulkDecisions } from './bulk-decision.ts'
import type { CodeOrder } from './deliver-code.ts'
import { readAcquirerPayouts, type AcquirerPayoutDeps } from './acquirer-payouts.ts'
import { startAutomaticTopUps } from './automatic-top-ups.ts'
import type { ActivityDeps } from './deps.ts'
import { restartLost } from './restart-lost.ts'
import { restartReleases } from './restart-releases.ts'
import { startSettlementDay } from './settlement-day.ts'
import { startChargebacks } from './start-chargebacks.ts'
import { startMissing } from './start-missing.ts'
import { startWantedDays } from './start-reconciliations.ts'
import { createWorkClock } from './work-clock.ts'
import { seeToWebhooks } from './see-to-webhooks.ts'
import { readBillerNews, type BillerNewsDeps } from './biller-news.ts'
import { nudgeFundedRefunds } from './funded-refunds.ts'
import { findChargebacks, type FindChargebacksDeps } from './find-chargebacks.ts'
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
  /** Returns and chargebacks whose news were lost, and disputes and returns of chargebacks that had to wait. */
  readonly returns: readonly string[]
  /** Wallets below what their owners want in them. */
  readonly topped_up: readonly string[]
  /** Refunds whose merchants have the money by now. */
  readonly funded_refunds: readonly string[]
  /** The business day whose settlements nobody had started. */
  readonly settled: readonly string[]
  /** Endpoints that were not begun, or had something to send that nobody sent. */
  readonly webhooks: readonly string[]
  /** What the billers' network has settled, and what billers have given back. */
  readonly biller_news: readonly string[]
  /** What the acquirer has paid out to our bank. */
  readonly acquirer_payouts: readonly string[]
  readonly stranded_holds: readonly string[]
}

/** A record whose first unit has just been committed has a run that is about to say so. */
const MIN_AGE_MS = 5_000
/** A decision is consumed in milliseconds; after a minute its message was lost. */
const DECISION_AGE_MS = 60_000
const SHOWN_MAX = 50

/** Closed ⇒ settled, open ⇒ running, decided ⇒ consumed: looks, and repairs what can be repaired. */
export function sweepActivities(
  deps: Pick<ActivityDeps, 'db' | 'runs' | 'ledger'> &
    FindReturnsDeps &
    FindChargebacksDeps &
    BillerNewsDeps &
    AcquirerPayoutDeps
) {
  const { db, runs } = deps
  const tellOfLateWork = createWorkClock(deps)

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
      const { open, restarted } = await restartLost(deps, MIN_AGE_MS)
      restarted.push(...(await restartReleases(deps)), ...(await restartBulkDecisions(deps, MIN_AGE_MS)))
      restarted.push(...(await startWantedDays(deps)))
      const webhooks = await seeToWebhooks(deps, MIN_AGE_MS)
      const nudged = [...(await nudgeForgotten()), ...(await nudgePaidRequests()), ...(await nudgePaidReturns(deps))]
      const codes = await sendForgottenCodes(deps)
      const lateWork = await tellOfLateWork()
      const toppedUp = await startAutomaticTopUps(deps)
      const returns = [
        ...(await findReturns(deps)),
        ...(await findChargebacks(deps)),
        ...(await startChargebacks(deps))
      ]
      const funded = await nudgeFundedRefunds(deps)
      const settled = await startSettlementDay(deps)
      const billerNews = await readBillerNews(deps)
      const acquirerPayouts = await readAcquirerPayouts(deps)
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
        webhooks: webhooks.slice(0, SHOWN_MAX),
        biller_news: billerNews.slice(0, SHOWN_MAX),
        acquirer_payouts: acquirerPayouts.slice(0, SHOWN_MAX),
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
