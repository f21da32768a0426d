import { setTimeout as rest } from 'node:timers/promises'
import { Context, heartbeat, log } from '@temporalio/activity'
import { listDueDeliveries, type DueDelivery } from '../store/notice-delivery.ts'
import { planNotices } from '../store/notice-plan.ts'
import { isNewsThere, noteEvents } from '../store/notices.ts'
import type { ActivityDeps } from './deps.ts'
import { createTeller, type Outcome } from './notification-send.ts'

/** What was told in a round; an operator reads it on the run. */
export interface DispatchReport {
  readonly told: number
  readonly undeliverable: number
  /** Attempts that are repeated. */
  readonly failed: number
}

type Deps = Pick<ActivityDeps, 'db' | 'vault' | 'notifier' | 'policy' | 'crash' | 'stopping'>

const PAGE = 500
/** Each notice becomes a row for every channel and device, in one statement of at most 65,535 parameters. */
const PLANNED_AT_ONCE = 100
/** After so long the run says what was done, and begins again. */
const ROUND_MS = 600_000

/**
 * Tells customers and businesses what happened: after it was committed, and beside it. Nothing waits for it, and while there is
 * nothing to tell it costs a read of two indexes a second.
 */
export function notificationActivities(deps: Deps) {
  const { poll_ms, at_once } = deps.policy.notifications
  const { db, stopping } = deps
  const tell = createTeller(deps)

  /** One after the other; after one that has to be tried again the rest wait for it. */
  async function tellInOrder(lane: readonly DueDelivery[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    for (const delivery of lane) {
      outcomes.push(await tell(delivery))
      if (outcomes.at(-1) === 'failed') break
    }
    return outcomes
  }

  /** Everything that is there to be told now, or as much as the notifier takes. */
  async function dispatch(count: (outcomes: readonly Outcome[]) => void): Promise<void> {
    while ((await noteEvents(db, PAGE)) === PAGE) heartbeat()
    while ((await planNotices(db, PLANNED_AT_ONCE)) === PLANNED_AT_ONCE) heartbeat()
    const lanes = inLanes(await listDueDeliveries(db, PAGE))
    for (let from = 0; from < lanes.length && !stopping.aborted; from += at_once) {
      const outcomes = (await Promise.all(lanes.slice(from, from + at_once).map(tellInOrder))).flat()
      count(outcomes)
      if (!outcomes.every((outcome) => outcome === 'failed')) continue
      log.warn('the notifier takes nothing', { failed: outcomes.length })
      return
    }
  }

  return {
    /** Until its round is over, or the worker stops: then another one goes on. */
    dispatchNotices: async (): Promise<DispatchReport> => {
      const report = { told: 0, undeliverable: 0, failed: 0 }
      const over = AbortSignal.any([Context.current().cancellationSignal, stopping, AbortSignal.timeout(ROUND_MS)])
      while (!over.aborted) {
        heartbeat()
        if (await isNewsThere(db)) {
          await dispatch((outcomes) => {
            for (const outcome of outcomes) report[outcome] += 1
          })
        }
        await rest(poll_ms, undefined, { signal: over }).catch(() => undefined)
      }
      return report
    }
  }
}

function inLanes(deliveries: readonly DueDelivery[]): DueDelivery[][] {
  const lanes = new Map<string, DueDelivery[]>()
  for (const delivery of deliveries) lanes.set(delivery.lane, [...(lanes.get(delivery.lane) ?? []), delivery])
  return [...lanes.values()]
}
