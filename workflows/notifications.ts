import { continueAsNew, proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { dispatchOptions } from './activity-options.ts'
import { present } from './presentation.ts'

const { dispatchNotices } = proxyActivities<Activities>({ ...dispatchOptions, summary: 'tell what happened' })

/** What was told since the run of that name began. */
export interface NotificationTotals {
  readonly told: number
  readonly undeliverable: number
}

/** Ten minutes each: a run a day. */
const ROUNDS = 144

/**
 * The one run that tells customers and businesses what happened: no payment waits for a message about it. The worker keeps it
 * there (temporal/notifications.ts); what is to be told stands in the database, so that a run that is lost loses nothing.
 */
export async function notifications(before: NotificationTotals): Promise<void> {
  let { told, undeliverable } = before
  for (let round = 0; round < ROUNDS; round++) {
    present({ state: 'watching', details: [`${told} messages told, ${undeliverable} undeliverable`] })
    const report = await dispatchNotices()
    told += report.told
    undeliverable += report.undeliverable
  }
  await continueAsNew<typeof notifications>({ told, undeliverable })
}
