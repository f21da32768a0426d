import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { MandateSweepReport } from '../activities/mandate-sweep.ts'
import { mandateSweepOptions } from './activity-options.ts'

const { sweepMandates } = proxyActivities<Activities>(mandateSweepOptions)

/** Started by its Schedule every 15 minutes (temporal/mandate-sweep.ts): the net under the mandates' own Schedules. */
export const mandateSweep = (): Promise<MandateSweepReport> => sweepMandates()
