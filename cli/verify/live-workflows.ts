import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'

/** Workflow ids of all running runs; the visibility store behind it may be a moment late. */
export type ListWorkflows = () => Promise<ReadonlySet<string>>

/** How often and how far apart the list is asked again for a process that seems to have no run. */
const ATTEMPTS = 6
const PAUSE_MS = 1_000

/**
 * O7's live half: every open process has a running workflow `<kind>/<id>`. Processes begin and end while we look, and
 * the list lags: one that seems lost is looked at again, in both places, before it is called a breach.
 * @returns the first process without a run, in words.
 */
export async function findLostProcess(db: Kysely<Database>, listWorkflows: ListWorkflows): Promise<string | undefined> {
  let lost = await without(db, await listWorkflows(), undefined)
  for (let attempt = 1; attempt < ATTEMPTS && lost.length > 0; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    lost = await without(db, await listWorkflows(), lost)
  }
  const [first] = lost
  return first && `${first.id} is ${first.state}, and no workflow ${first.kind}/${first.id} is running`
}

/** How often a run is seen to fail, and how far apart, before it is called stuck. */
export interface Patience {
  readonly looks: number
  readonly pauseMs: number
}

/** A task that failed is given out again after seconds, and later after more of them. */
export const STUCK_AFTER: Patience = { looks: 60, pauseMs: 1_000 }

/**
 * O7 as well: a run whose workflow task fails each time runs in name only. One that succeeds in the end is none.
 * @param listFailing ids of the runs whose task has failed more than once in a row; the list may be a moment late.
 * @returns the first open process that was found there at every look, in words.
 */
export async function findStuckProcess(
  db: Kysely<Database>,
  listFailing: ListWorkflows,
  { looks, pauseMs }: Patience
): Promise<string | undefined> {
  let stuck: readonly OpenProcess[] | undefined
  for (let look = 1; ; look += 1) {
    const failing = await listFailing()
    if (failing.size === 0) return undefined
    const open = await openProcesses(db, stuck)
    stuck = open.filter(({ id, kind }) => failing.has(`${kind}/${id}`))
    const [first] = stuck
    if (!first) return undefined
    if (look === looks)
      return `${first.id} is ${first.state}, and the task of workflow ${first.kind}/${first.id} fails each time`
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

interface OpenProcess {
  readonly id: string
  readonly kind: string
  readonly state: string
}

async function without(
  db: Kysely<Database>,
  running: ReadonlySet<string>,
  among: readonly OpenProcess[] | undefined
): Promise<OpenProcess[]> {
  const open = await openProcesses(db, among)
  return open.filter(({ id, kind }) => !running.has(`${kind}/${id}`))
}

const openProcesses = (db: Kysely<Database>, among: readonly OpenProcess[] | undefined): Promise<OpenProcess[]> =>
  db
    .selectFrom('process')
    .select(['id', 'kind', 'state'])
    .where('open', '=', true)
    .$if(among !== undefined, (query) =>
      query.where(
        'id',
        'in',
        among!.map(({ id }) => id)
      )
    )
    .orderBy('id')
    .execute()
