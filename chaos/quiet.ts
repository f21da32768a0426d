import { setTimeout as pause } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { sql } from 'kysely'
import { runningWorkflows } from '../cli/verify/running-workflows.ts'
import { loadVerifyConfig } from '../config.ts'
import type { Callers } from './callers.ts'
import type { Random } from './random.ts'
import { pathOf } from './stories/operators.ts'
import type { System } from './system.ts'

const HOUR_MS = 3_600_000
/** Real time in which all that is under way has to be over, on a machine that is busy. */
const QUIET_MS_MAX = 240_000
/** Further than any deadline of a person: holds 7 days, applications 7, bank links 10. */
const EVERY_DEADLINE_MS = 11 * 24 * HOUR_MS

/** Everything is as it was before the faults: parts run, connections carry, banks are told nothing. */
export async function heal({ components, links, sandbox, apiUrls }: System): Promise<void> {
  for (const link of Object.values(links)) link.heal()
  for (const component of components) {
    component.resume()
    await component.start()
  }
  await sandbox.admin('DELETE', '/rules')
  await sandbox.admin('POST', '/callback-url', { url: apiUrls[0] })
}

/** Moves the business clock, and makes sure that the API has heard of it. */
export async function advance({ sandbox }: System, by_ms: number): Promise<void> {
  const move = (ms: number) => sandbox.admin('POST', '/clock/advance', { by_ms: ms })
  await move(by_ms).catch(() => move(0))
}

/**
 * Waits until nothing is under way: what banks are asked has ended (the plan's inquiries fall due at once, and what only an
 * operator could have ended is asked about by one), and every open record has a run.
 * @throws {Error} naming what does not come to rest: that is not the same as holding, and a failure.
 */
export async function comeToRest(
  system: System,
  callers: Callers,
  random: Random,
  waitingFor: (system: System) => Promise<string[]> = underWay
): Promise<void> {
  const giveUpAt = performance.now() + QUIET_MS_MAX
  const finance = callers.as('finance', { story: 'at rest', random })
  const sweeps = await openSweeps(system)
  try {
    for (let round = 0; ; round++) {
      const [busy, lost] = [await waitingFor(system), await sweeps.lost()]
      if (busy.length === 0 && lost.length === 0) return
      if (performance.now() > giveUpAt)
        throw new Error(
          `does not come to rest: ${[...busy, ...lost.map((id) => `${id} has no run`)].slice(0, 5).join('; ')}`
        )
      if (lost.length > 0) await sweeps.sweep()
      // Bank B takes a minute; an inquiry falls due by the plan.
      else if (round % 4 === 3) await advance(system, HOUR_MS)
      for (const id of await stuck(system)) await finance.repeat(`${pathOf(id)}/retry`, {}, random.hex(32))
      await pause(300)
    }
  } finally {
    await sweeps.close()
  }
}

/** Lets every deadline of a person pass: what was held or waited for ends as well. */
export async function passDeadlines(system: System, callers: Callers, random: Random): Promise<void> {
  await advance(system, EVERY_DEADLINE_MS)
  await comeToRest(system, callers, random, open)
}

/** What no person is waited for. */
async function underWay({ db }: System): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select p.id || ' (' || p.kind || ') is ' || p.state as what from process p
      left join payment y on y.id = p.id
      where p.open and (p.state in ('processing', 'received')
        or (p.state = 'verifying' and p.kind in ('card-link', 'onboarding'))
        or y.last_capture ->> 'state' = 'pending')
      order by p.id limit 20`.execute(db)
  return rows.map(({ what }) => what)
}

/**
 * What has to have ended when no deadline is left: a debt may stay, what a reviewer has not decided, what waits for a
 * merchant's money, and what a statement leaves to be explained.
 */
async function open({ db }: System): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select id || ' (' || kind || ') is ' || state as what from process
      where open and state not in ('receivable', 'in_review', 'under_review', 'pending', 'open_items') order by id limit 20`.execute(
    db
  )
  return rows.map(({ what }) => what)
}

/** Those with an operator's task that finance may have asked about. */
async function stuck({ db }: System): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select p.id from process p where p.open and p.state = 'processing'
      and exists (select from task t where t.process_id = p.id and t.state = 'open') order by p.id limit 20`.execute(db)
  return rows.map(({ id }) => id).filter((id) => pathOf(id) !== undefined)
}

/** By ids alone, for which no key is needed. */
async function openSweeps({ db, servers, taskQueue }: System) {
  const { temporalAddress: address, namespace } = servers
  const connection = Connection.lazy({ address, connectTimeout: '10s' })
  const { schedule } = new Client({ connection, namespace })
  const running = runningWorkflows(address, loadVerifyConfig({ TEMPORAL_NAMESPACE: namespace }))
  return {
    lost: async (): Promise<string[]> => {
      const runs = await running.listWorkflows()
      const open = await db.selectFrom('process').select(['id', 'kind']).where('open', '=', true).execute()
      return open.map(({ id, kind }) => `${kind}/${id}`).filter((workflowId) => !runs.has(workflowId))
    },
    // The worker makes the Schedule when it starts: there may be none yet.
    sweep: () =>
      schedule
        .getHandle(`sweep/${taskQueue}`)
        .trigger('SKIP')
        .catch(() => undefined),
    close: async () => void (await Promise.all([running.close(), connection.close()]))
  }
}
