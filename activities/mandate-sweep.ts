import { heartbeat, log } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { listScheduled, listStaleSchedules, markUnscheduled } from '../store/mandate-schedule.ts'
import { listDueMandates } from '../store/mandate.ts'
import { announceDue, type MandateDeps } from './mandate-due.ts'
import { scheduleMandate } from './mandate-schedule.ts'

/** What a sweep found; an operator reads it as the run's result. */
export interface MandateSweepReport {
  /** Mandates with something due that no Schedule has announced. */
  readonly due: number
  readonly announced: number
  /** Schedules that were made, filled up or taken away. */
  readonly scheduled: number
  /** Of those, how many Temporal had lost. */
  readonly lost: number
}

/** So many are looked at side by side: enough for the posting queue to gather them, few enough for Temporal. */
const SIDE_BY_SIDE = 16
const PAGE = 200

/** The net under the mandates' own Schedules: what is due and not announced, and what Temporal shows otherwise than the records say. */
export const mandateSweepActivities = (deps: MandateDeps) => ({
  sweepMandates: async (): Promise<MandateSweepReport> => {
    const found = await announceAll(deps)
    const lost = await forgetLost(deps)
    return { ...found, lost, scheduled: await scheduleAll(deps) }
  }
})

async function announceAll(deps: MandateDeps): Promise<Pick<MandateSweepReport, 'due' | 'announced'>> {
  let due = 0
  let announced = 0
  for (;;) {
    const page = await listDueMandates(deps.db, PAGE)
    let moved = 0
    await sideBySide(page, async (id) => {
      const payments = await announceDue(deps, id)
      moved += 1
      announced += payments.length
    })
    due += page.length
    // What fails again and again must not keep the others waiting for ever.
    if (page.length < PAGE || moved === 0) return { due, announced }
  }
}

async function scheduleAll(deps: MandateDeps): Promise<number> {
  let scheduled = 0
  let page = await listStaleSchedules(deps.db, '', PAGE)
  while (page.length > 0) {
    await sideBySide(page, async (id) => {
      if (await scheduleMandate(deps, id)) scheduled += 1
      // One that is over has a run that may not have heard of it.
      await deps.runs.nudge(workflowIdOf('mandate', id))
    })
    page = page.length < PAGE ? [] : await listStaleSchedules(deps.db, page.at(-1)!, PAGE)
  }
  return scheduled
}

/** Temporal may have lost them, with its database or by somebody's hand: they count as never made. */
async function forgetLost({ db, mandateSchedules }: MandateDeps): Promise<number> {
  const wanted = await listScheduled(db)
  const there = await mandateSchedules.list()
  const lost = wanted.filter((id) => !there.has(id))
  for (const id of lost) await markUnscheduled(db, id)
  return lost.length
}

async function sideBySide(ids: readonly string[], look: (id: string) => Promise<void>): Promise<void> {
  const rest = ids.values()
  const oneByOne = async () => {
    for (const id of rest) {
      heartbeat()
      await look(id).catch((err: unknown) => {
        log.error('a mandate cannot be looked at', { id, err })
      })
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, oneByOne))
}
