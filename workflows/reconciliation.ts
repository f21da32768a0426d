import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { ReconciliationProgress, ReconciliationStart } from '../activities/reconciliation-progress.ts'
import { reconciliationStates } from '../domain/reconciliation.ts'
import { recordOptions, statementOptions } from './activity-options.ts'
import { createDecisions } from './decisions.ts'
import { adjust } from './messages.ts'
import { present } from './presentation.ts'
import { receiveNudges, untilBusinessTime } from './wait.ts'

const { openReconciliation, adjustItem, listReconciliationDecisions, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { importStatement } = proxyActivities<Activities>({ ...statementOptions, summary: "get the bank's statement" })
const { matchStatement } = proxyActivities<Activities>({ ...statementOptions, summary: 'book what it says' })
const { lookAgain } = proxyActivities<Activities>({ ...statementOptions, summary: 'look what has come to light' })

/**
 * A bank's day: its statement is got and believed or not, booked whole, and what it leaves to be explained is waited for, by
 * other statements, by our own books, or by finance.
 */
export async function reconciliation(start: ReconciliationStart): Promise<ReconciliationProgress> {
  const nudges = receiveNudges()
  let current: ReconciliationProgress | undefined
  const isOver = () => current !== undefined && reconciliationStates.isTerminal(current.state)
  const decisions = createDecisions({ adjust: (id) => adjustItem(start, id) }, (progress) =>
    show(progress as ReconciliationProgress)
  )
  setHandler(adjust, (id) => decisions.take('adjust', id))
  const { retry_every_ms: retryMs, look_every_ms: lookMs } = start.policy.reconciliation

  show(await openReconciliation(start))
  for (;;) {
    show(await importStatement(start))
    if (current!.state !== 'importing') break
    await rest(retryMs, 'until the statement is there')
  }
  if (current!.state === 'matching') show(await matchStatement(start))
  // A run that was started again may find decisions that nobody could deliver, and what came to light meanwhile.
  nudges.received += 1
  while (!isOver()) {
    await rest(lookMs, 'until open items are explained')
    if (isOver()) break
    for (const { id, action } of await listReconciliationDecisions(start)) await decisions.take(action, id)
    if (!isOver()) show(await decisions.alone(() => lookAgain(start)))
  }
  return current!

  async function rest(ms: number, summary: string): Promise<void> {
    const next = new Date(Date.parse(await readBusinessClock()) + ms).toISOString()
    draw(next)
    await untilBusinessTime(next, { nudges, businessNow: readBusinessClock, summary, or: isOver })
  }

  /** A step that answers late must not set the picture back. */
  function show(progress: ReconciliationProgress): void {
    if (current && progress.version < current.version) return
    current = progress
    draw()
  }

  function draw(deadlineAt?: string): void {
    const { bank, date } = start.order
    const { state, counts, open_items, waits_for } = current!
    const lines = Object.entries(counts).map(([of, count]) => `${of.replaceAll('_', ' ')}: ${count}`)
    const details = [
      `bank ${bank}, ${date}`,
      ...(waits_for === undefined ? [] : [`no statement yet: ${waits_for}`]),
      lines.join(', '),
      `${open_items} to be explained`,
      `record: \`GET /v1/reconciliations/${start.id}\``
    ]
    present({ state, details, deadlineAt, rail: `bank_${bank}` })
  }
}
