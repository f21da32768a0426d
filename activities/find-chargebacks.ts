import { heartbeat, log } from '@temporalio/activity'
import { moveReturnCursor, readReturnCursor } from '../store/bank-return-news.ts'
import { listKnownChargebacks } from '../store/chargeback.ts'
import { findProcess } from '../store/process.ts'
import type { ActivityDeps } from './deps.ts'
import { LIST_TIMEOUT_MS } from './follow-list.ts'
import { startMissing, type WantedRun } from './start-missing.ts'

export type FindChargebacksDeps = Pick<ActivityDeps, 'db' | 'runs'> & {
  readonly acquirer: Pick<ActivityDeps['acquirer'], 'listChargebacks'>
}

/**
 * Chargebacks whose callback was lost stand in the acquirer's own list: each has its payment, or its top-up, asked about. How
 * far the list was read is remembered up to the first that is not on record yet, so that none is forgotten.
 * @returns the workflows that were started.
 */
export async function findChargebacks(deps: FindChargebacksDeps): Promise<string[]> {
  heartbeat('chargebacks')
  try {
    return await readList(deps)
  } catch (error) {
    log.warn('the acquirer does not list its chargebacks', { why: String(error) })
    return []
  }
}

async function readList({ db, runs, acquirer }: FindChargebacksDeps): Promise<string[]> {
  const after = await readReturnCursor(db, 'acquirer')
  const listed = await acquirer.listChargebacks(after, AbortSignal.timeout(LIST_TIMEOUT_MS))
  if (listed.length === 0) return []
  const ids = listed.map(({ id }) => id)
  const known = await listKnownChargebacks(db, ids)
  const wanted = new Map<string, WantedRun>()
  let readTo = after
  for (const { seq, id, reference } of listed) {
    const record = known.has(id) ? undefined : await findProcess(db, reference)
    if (record) {
      const summary = 'the acquirer lists what nobody has told us'
      wanted.set(record.id, { kind: 'chargeback-notice', id: record.id, order: record.order, summary })
    } else if (!known.has(id)) log.error('a chargeback of what is not ours', { chargeback: id, reference })
    if (wanted.size === 0) readTo = seq
  }
  if (readTo > after) await moveReturnCursor(db, 'acquirer', readTo)
  return startMissing(runs, [...wanted.values()])
}
