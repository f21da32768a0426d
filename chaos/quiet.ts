import { setTimeout as pause } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { sql } from 'kysely'
import { runningWorkflows } from '../cli/verify/running-workflows.ts'
import { loadVerifyConfig } from '../config.ts'
import type { CardJournalLine } from '../sandbox/card-types.ts'
import { newKey, type Callers } from './callers.ts'
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

/** What coming to rest means, and how it is hastened. */
export interface Rest {
  /** What is waited for, in words; nothing: it rests. */
  readonly waitingFor?: (system: System) => Promise<string[]>
  /** So far the business clock is moved, time after time. */
  readonly stepMs?: number
  /** Whether the sweeper comes by even though no run is lost: it starts what begins by itself. */
  readonly swept?: boolean
}

/**
 * Waits until nothing is under way: what banks are asked has ended (the plan's inquiries fall due at once, and what only an
 * operator could have ended is asked about by one), and every open record has a run.
 * @throws {Error} naming what does not come to rest: that is not the same as holding, and a failure.
 */
export async function comeToRest(
  system: System,
  callers: Callers,
  { waitingFor = underWay, stepMs = HOUR_MS, swept = false }: Rest = {}
): Promise<void> {
  const giveUpAt = performance.now() + QUIET_MS_MAX
  const finance = callers.as('finance', 'at rest')
  const sweeps = await openSweeps(system)
  try {
    for (let round = 0; ; round++) {
      const [busy, lost] = [await waitingFor(system), await sweeps.lost()]
      if (busy.length === 0 && lost.length === 0) return
      if (performance.now() > giveUpAt)
        throw new Error(
          `does not come to rest: ${[...busy, ...lost.map((id) => `${id} has no run`)].slice(0, 5).join('; ')}`
        )
      if (lost.length > 0 || (swept && round % 4 === 0)) await sweeps.wake('sweep')
      // Bank B takes a minute; an inquiry falls due by the plan.
      else if (round % 4 === 3) await advance(system, stepMs)
      for (const id of await stuck(system)) await finance.repeat(`${pathOf(id)}/retry`, {}, newKey())
      await pause(300)
    }
  } finally {
    await sweeps.close()
  }
}

/** Lets every deadline of a person pass: what was held or waited for ends as well. */
export async function passDeadlines(system: System, callers: Callers): Promise<void> {
  await advance(system, EVERY_DEADLINE_MS)
  // What begins at one deadline has its own: a dispute's inquiry, and then its evidence.
  await comeToRest(system, callers, { waitingFor: open, stepMs: 24 * HOUR_MS })
}

/** What no person is waited for. */
export async function underWay(system: System): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select p.id || ' (' || p.kind || ') is ' || p.state as what from process p
      left join payment y on y.id = p.id
      where p.open and (p.state in ('processing', 'received')
        or (p.state = 'verifying' and p.kind in ('card-link', 'onboarding'))
        or y.last_capture ->> 'state' = 'pending')
      order by p.id limit 20`.execute(system.db)
  return [...rows.map(({ what }) => what), ...(await unheard(system))]
}

/** Chargebacks whose news were lost: the sweeper finds them in the acquirer's list. */
async function unheard({ db, sandbox }: System): Promise<string[]> {
  const { data } = await sandbox.admin('GET', '/journal?bank=acquirer')
  const all = (data as CardJournalLine[]).filter(({ operation }) => operation === 'chargeback')
  const known = await db.selectFrom('chargeback').select('id').execute()
  const heard = new Set(known.map(({ id }) => id))
  return all.flatMap(({ reference }) => (heard.has(reference) ? [] : [`${reference} is not heard of`]))
}

/**
 * What has to have ended when no deadline is left: a debt may stay, what a reviewer has not decided, what its customer
 * has paused, what waits for a merchant's money, and what a statement leaves to be explained. An endpoint's deliveries
 * have no end.
 */
async function open({ db }: System): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select id || ' (' || kind || ') is ' || state as what from process
      where open and kind <> 'webhook-delivery'
        and state not in ('receivable', 'in_review', 'under_review', 'pending', 'open_items', 'paused')
      order by id limit 20`.execute(db)
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
export async function openSweeps({ db, servers, taskQueue }: System) {
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
    wake: (name: 'sweep' | 'reconciliations') =>
      schedule
        .getHandle(`${name}/${taskQueue}`)
        .trigger('SKIP')
        .catch(() => undefined),
    close: async () => void (await Promise.all([running.close(), connection.close()]))
  }
}
