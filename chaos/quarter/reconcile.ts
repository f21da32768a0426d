import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Callers } from '../callers.ts'
import { openSweeps } from '../quiet.ts'
import type { System } from '../system.ts'

/** Real time in which both banks' statements are booked, though a part is killed in the middle of it. */
const BOOKED_MS_MAX = 180_000

/**
 * Waits until both banks' statements of a day are booked: asked for by finance, or by what the hourly Schedule does.
 * @throws {Error} naming the day that is not.
 */
export async function reconcileDay(system: System, callers: Callers, date: string, asked: boolean): Promise<void> {
  const finance = callers.as('finance', 'statements')
  if (asked) for (const bank of ['a', 'b']) await finance.post('/v1/reconciliations', { bank, date })
  const giveUpAt = performance.now() + BOOKED_MS_MAX
  const sweeps = await openSweeps(system)
  try {
    for (let round = 0; ; round++) {
      // Postgres may be gone for a moment as well.
      const left = await unbooked(system, date).catch((error: unknown) => [String(error)])
      if (left.length === 0) return
      if (performance.now() > giveUpAt) throw new Error(`not booked: ${left.join('; ')}`)
      if (round % 8 === 0) await sweeps.wake('reconciliations')
      // A run that was lost with Temporal's database is the sweeper's.
      if (round % 16 === 15) await sweeps.wake('sweep')
      await pause(250)
    }
  } finally {
    await sweeps.close()
  }
}

async function unbooked({ db }: System, date: string): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select 'the statement of bank ' || b.bank || ' of ' || ${date}::text || ': ' || coalesce(p.state, r.id, 'not asked for') as what
      from (values ('a'), ('b')) b (bank) left join reconciliation r on r.bank = b.bank and r.date = ${date}::date
        left join process p on p.id = r.id
      where p.state is null or p.state not in ('balanced', 'open_items')`.execute(db)
  return rows.map(({ what }) => what)
}
