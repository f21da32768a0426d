import { heartbeat, log } from '@temporalio/activity'
import { inTransaction } from '../db/in-transaction.ts'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { listOpenReturnNews, moveReturnCursor, readReturnCursor, recordReturnNews } from '../store/bank-return-news.ts'
import { bankReturnStart } from '../store/bank-return-start.ts'
import { listLatelyPaid } from '../store/debts.ts'
import type { ActivityDeps } from './deps.ts'
import { LIST_TIMEOUT_MS } from './follow-list.ts'
import { startMissing } from './start-missing.ts'

const banks = ['a', 'b'] as const
const NEWS_MAX = 500
/** Business milliseconds; a run that was missed for so long looks by itself within the day. */
const LATELY_MS = 3_600_000

export type FindReturnsDeps = Pick<ActivityDeps, 'db' | 'runs' | 'policy'> & {
  readonly bank: Pick<ActivityDeps['bank'], 'listReturns'>
}

/**
 * Returns whose callback was lost stand in the bank's own list, and those that were heard of and whose run was lost in ours:
 * each gets its run.
 * @returns the workflows that were started.
 */
export async function findReturns({ db, runs, bank, policy }: FindReturnsDeps): Promise<string[]> {
  for (const name of banks) {
    heartbeat(`returns of bank ${name}`)
    await readList(name).catch((error: unknown) => {
      log.warn('a bank does not list its returns', { bank: name, why: String(error) })
    })
  }
  const news = await listOpenReturnNews(db, NEWS_MAX)
  const orders = news.map((each) => bankReturnStart(each, policy))
  return startMissing(
    runs,
    orders.map((order) => ({
      kind: 'bank-return',
      id: order.id,
      order,
      summary: `bank ${order.order.bank} sends something back`
    }))
  )

  async function readList(name: 'a' | 'b'): Promise<void> {
    const after = await readReturnCursor(db, name)
    const listed = await bank.listReturns(name, after, AbortSignal.timeout(LIST_TIMEOUT_MS))
    const last = listed.at(-1)
    if (!last) return
    await inTransaction(db, async (transaction) => {
      await recordReturnNews(
        transaction,
        listed.map(({ reference }) => ({ bank: name, reference }))
      )
      await moveReturnCursor(transaction, name, last.seq)
    })
  }
}

/** Whatever pays a return tells its run after it is committed: unless the worker died, or Temporal was away. */
export async function nudgePaidReturns({ db, runs }: Pick<FindReturnsDeps, 'db' | 'runs'>): Promise<string[]> {
  const nudged: string[] = []
  for (const id of await listLatelyPaid(db, LATELY_MS, NEWS_MAX)) {
    const workflowId = workflowIdOf('bank-return', id)
    heartbeat(workflowId)
    if (!(await runs.isRunning(workflowId))) continue
    await runs.nudge(workflowId)
    nudged.push(id)
  }
  return nudged
}
