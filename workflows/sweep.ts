import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { SweepReport } from '../activities/sweep.ts'
import { sweepOptions } from './activity-options.ts'

const { sweep: sweepOnce } = proxyActivities<Activities>(sweepOptions)

/** Started by its Schedule every 30 s (temporal/sweeper.ts): the net under everything else. */
export const sweep = (): Promise<SweepReport> => sweepOnce()
