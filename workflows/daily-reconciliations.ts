import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { launchOptions } from './activity-options.ts'

const { startReconciliations } = proxyActivities<Activities>(launchOptions)

/** Started by its Schedule (temporal/reconciliations.ts): each bank's days that are over get their runs. */
export const dailyReconciliations = (): Promise<{ readonly started: readonly string[] }> => startReconciliations()
