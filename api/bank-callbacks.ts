import type { Start } from '../domain/orders.ts'
import { processIdIn } from '../domain/reference.ts'
import { findProcess, type ProcessRecord } from '../store/process.ts'
import { searchAttributes } from '../temporal/search-attribute-keys.ts'
import { workflowIdOf } from '../workflows/messages.ts'
import type { ApiDeps, CallbackHandler } from './deps.ts'

/** The workflow that asks what the news are of an order that was given up. */
const LATE_NEWS = 'late-bank-news'

/** Processes whose `failed` is an operator's write-off, which the bank may contradict. */
const WRITTEN_OFF: ReadonlySet<string> = new Set(['top-up', 'withdrawal', 'payment'])

/**
 * What a bank's callback sets off, or the card acquirer's: it only names a reference, and whoever has given the bank that reference asks it. A
 * process that is running is nudged; one that was written off gets a run that asks whether the bank has booked after all;
 * every other end was the bank's own word, and nothing is left to ask.
 */
export function bankCallbackHandlers({
  db,
  processes,
  logger
}: Pick<ApiDeps, 'db' | 'processes' | 'logger'>): Readonly<Record<'bank-a' | 'bank-b' | 'acquirer', CallbackHandler>> {
  let unknown = 0

  async function askLate({ id, kind, order }: ProcessRecord): Promise<void> {
    const start = order as Start<{ readonly bank?: string }>
    await processes.startOnce({
      ...start,
      type: LATE_NEWS,
      id,
      updateId: workflowIdOf(LATE_NEWS, id),
      summary: `the bank has news of a ${kind} that was written off`,
      searchAttributes: [
        { key: searchAttributes.rail, value: start.order.bank === undefined ? 'acquirer' : `bank_${start.order.bank}` }
      ]
    })
    await processes.nudge(workflowIdOf(LATE_NEWS, id))
  }

  const handlerOf =
    (provider: string): CallbackHandler =>
    async ({ reference }) => {
      // A micro-deposit's reference is the link's with its number behind it.
      const record = await findProcess(db, processIdIn(reference))
      if (!record) {
        unknown += 1
        logger.warn({ provider, unknown_references: unknown }, 'callback about a reference that is not ours')
      } else if (record.open) {
        await processes.nudge(workflowIdOf(record.kind, record.id))
      } else if (record.state === 'failed' && WRITTEN_OFF.has(record.kind)) {
        await askLate(record)
      }
    }

  return { 'bank-a': handlerOf('bank-a'), 'bank-b': handlerOf('bank-b'), acquirer: handlerOf('acquirer') }
}
