import { dayAfter, dayOf } from '../domain/reconciliation.ts'
import { readBusinessNow } from '../store/process.ts'
import { reconciliationStart } from '../store/reconciliation-start.ts'
import { insertReconciliation, listUnstarted } from '../store/reconciliation.ts'
import { listMissingDays } from '../store/reconciliation-days.ts'
import type { ActivityDeps } from './deps.ts'
import { startMissing } from './start-missing.ts'

const banks = ['a', 'b'] as const
const UNSTARTED_MAX = 500
const ACTOR = 'schedule'

type StartDeps = Pick<ActivityDeps, 'db' | 'runs' | 'policy'>

/** Whoever wanted a day, be it an operator whose API died: it gets its run. @returns the workflows that were started. */
export async function startWantedDays({ db, runs, policy }: StartDeps): Promise<string[]> {
  const wanted = await listUnstarted(db, UNSTARTED_MAX)
  return startMissing(
    runs,
    wanted.map((day) => ({
      kind: 'reconciliation',
      id: day.id,
      order: reconciliationStart(day, policy),
      summary: `bank ${day.bank}, ${day.date}`
    }))
  )
}

/** The banks' days up to yesterday, by business time, that nobody has asked for: each gets its run, in their order. */
export const startReconciliationActivities = (deps: StartDeps) => ({
  startReconciliations: async (): Promise<{ readonly started: readonly string[] }> => {
    const { db } = deps
    const yesterday = dayAfter(dayOf(await readBusinessNow(db)), -1)
    for (const bank of banks) {
      for (const date of await listMissingDays(db, bank, yesterday))
        await insertReconciliation(db, { bank, date, askedBy: ACTOR })
    }
    return { started: await startWantedDays(deps) }
  }
})
