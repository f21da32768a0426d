import { dayAfter, dayOf } from '../domain/reconciliation.ts'
import { findFirstDay } from '../store/bank-expectation.ts'
import { readBusinessNow } from '../store/process.ts'
import { reconciliationIdOf, reconciliationStart } from '../store/reconciliation-start.ts'
import { findLastDay, insertReconciliation, listUnstarted } from '../store/reconciliation.ts'
import type { ActivityDeps } from './deps.ts'
import { startMissing } from './start-missing.ts'

const banks = ['a', 'b'] as const
/** Days of one bank that are asked for at once; the rest comes with the next run of the Schedule. */
const DAYS_MAX = 62
const UNSTARTED_MAX = 500
const ACTOR = 'schedule'

type StartDeps = Pick<ActivityDeps, 'db' | 'runs' | 'policy'>

/** Whoever wanted a day, be it an operator whose API died: it gets its run. @returns the workflows that were started. */
export async function startWantedDays({ db, runs, policy }: StartDeps): Promise<string[]> {
  const wanted = await listUnstarted(db, UNSTARTED_MAX)
  return startMissing(
    runs,
    wanted.map(({ id, bank, date, askedBy }) => ({
      kind: 'reconciliation',
      id,
      order: reconciliationStart({ bank, date }, askedBy, policy),
      summary: `bank ${bank}, ${date}`
    }))
  )
}

/** The banks' days up to yesterday, by business time, that nobody has asked for: each gets its run, in their order. */
export const startReconciliationActivities = (deps: StartDeps) => ({
  startReconciliations: async (): Promise<{ readonly started: readonly string[] }> => {
    const { db } = deps
    const today = dayOf(await readBusinessNow(db))
    for (const bank of banks) {
      const last = await findLastDay(db, bank)
      const first = last === undefined ? await findFirstDay(db, bank) : dayAfter(last)
      if (first === undefined) continue
      for (let [date, days] = [first, 0]; date < today && days < DAYS_MAX; date = dayAfter(date), days++)
        await insertReconciliation(db, { id: reconciliationIdOf({ bank, date }), bank, date, askedBy: ACTOR })
    }
    return { started: await startWantedDays(deps) }
  }
})
