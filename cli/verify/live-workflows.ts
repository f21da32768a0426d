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
  const ids = among?.map(({ id }) => id)
  const open = await db
    .selectFrom('process')
    .select(['id', 'kind', 'state'])
    .where('open', '=', true)
    .$if(ids !== undefined, (query) => query.where('id', 'in', ids!))
    .orderBy('id')
    .execute()
  return open.filter(({ id, kind }) => !running.has(`${kind}/${id}`))
}
