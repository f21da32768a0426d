import { proxyActivities } from '@temporalio/workflow'
import { answerFirst } from '../workflows/first-outcome.ts'
import { bankOptions } from '../workflows/activity-options.ts'
import type { Start } from '../domain/orders.ts'
import { present } from '../workflows/presentation.ts'
import type { BenchActivities } from './activities.ts'

const { withdraw, deposit, notify } = proxyActivities<BenchActivities>(bankOptions)

/** The yardstick: a workflow that does nothing, asked for and answered as a payment is. */
export async function empty(start: Start<unknown>): Promise<void> {
  const answer = answerFirst<object>(start)
  present({ state: 'succeeded', details: [] })
  answer.give({ id: start.id })
  await answer.delivered()
}

/** The shape of the money-transfer template: three activities in a row that do nothing here, so no ledger is waited for. */
export async function threeActivities(start: Start<unknown>): Promise<void> {
  const answer = answerFirst<object>(start)
  await withdraw()
  await deposit()
  await notify()
  present({ state: 'succeeded', details: [] })
  answer.give({ id: start.id })
  await answer.delivered()
}
