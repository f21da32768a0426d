import type { Start } from '../domain/orders.ts'
import { isReturnReference, processIdIn } from '../domain/reference.ts'
import { recordReturnNews } from '../store/bank-return-news.ts'
import { bankReturnStart } from '../store/bank-return-start.ts'
import { wasDecided } from '../store/decision.ts'
import { findProcess, type ProcessRecord } from '../store/process.ts'
import { searchAttributes } from '../temporal/search-attribute-keys.ts'
import { workflowIdOf } from '../workflows/messages.ts'
import type { ApiDeps, CallbackHandler } from './deps.ts'

/** The workflow that asks what the news are of an order that was given up. */
const LATE_NEWS = 'late-bank-news'

/**
 * Processes that an operator may end, which the bank may contradict: `failed` always is their word, and so is the success of a
 * refund that was given up.
 */
const ENDED_BY_OPERATORS: ReadonlySet<string> = new Set([
  'top-up',
  'withdrawal',
  'payment',
  'refund',
  'settlement',
  'bill-payment'
])

/**
 * What a bank's callback sets off, or the card acquirer's: it only names a reference, and whoever has given the bank that reference asks it. A
 * process that is running is nudged; one that an operator ended gets a run that asks whether the bank says otherwise;
 * every other end was the bank's own word, and nothing is left to ask. A return's reference is the bank's own: its run asks
 * what came back.
 */
export function bankCallbackHandlers({
  db,
  processes,
  policy,
  logger
}: Pick<ApiDeps, 'db' | 'processes' | 'policy' | 'logger'>): Readonly<
  Record<'bank-a' | 'bank-b' | 'acquirer' | 'billers', CallbackHandler>
> {
  let unknown = 0

  async function askLate({ id, kind, order }: ProcessRecord): Promise<void> {
    const start = order as Start<{ readonly bank?: string }>
    await processes.launchOrNudge({
      type: LATE_NEWS,
      id,
      order: start,
      summary: `the bank has news of a ${kind} that an operator has ended`,
      searchAttributes: [{ key: searchAttributes.rail, value: railOf(kind, start.order.bank) }]
    })
  }

  const isOperatorsWord = async ({ id, state }: ProcessRecord): Promise<boolean> =>
    state === 'failed' ||
    ((state === 'succeeded' || state === 'paid') &&
      ((await wasDecided(db, id, 'resolve')) || (await wasDecided(db, id, 'write-off'))))

  async function askReturn(bank: 'a' | 'b', reference: string): Promise<void> {
    const start = bankReturnStart({ bank, reference }, policy)
    const record = await findProcess(db, start.id)
    if (record && !record.open) return
    if (!record) await recordReturnNews(db, [start.order])
    await processes.launchOrNudge({
      type: 'bank-return',
      id: start.id,
      order: start,
      summary: `bank ${bank} sends something back`,
      searchAttributes: [{ key: searchAttributes.rail, value: `bank_${bank}` }]
    })
  }

  const handlerOf =
    (counterpart: 'a' | 'b' | 'acquirer' | 'billers'): CallbackHandler =>
    async ({ reference }) => {
      if ((counterpart === 'a' || counterpart === 'b') && isReturnReference(reference))
        return askReturn(counterpart, reference)
      // A micro-deposit's reference is the link's with its number behind it.
      const record = await findProcess(db, processIdIn(reference))
      if (!record) {
        unknown += 1
        logger.warn(
          { provider: counterpart, unknown_references: unknown },
          'callback about a reference that is not ours'
        )
      } else if (record.open) {
        await processes.nudge(workflowIdOf(record.kind, record.id))
      } else if (ENDED_BY_OPERATORS.has(record.kind) && (await isOperatorsWord(record))) {
        await askLate(record)
      }
    }

  return {
    'bank-a': handlerOf('a'),
    'bank-b': handlerOf('b'),
    acquirer: handlerOf('acquirer'),
    billers: handlerOf('billers')
  }
}

function railOf(kind: string, bank: string | undefined): string {
  if (kind === 'bill-payment') return 'billers'
  return bank === undefined ? 'acquirer' : `bank_${bank}`
}
