import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { SettlementDayReport } from '../activities/settlement-day.ts'
import { settlementDayOptions } from './activity-options.ts'
import { present } from './presentation.ts'

const { settleMerchants } = proxyActivities<Activities>(settlementDayOptions)

/** Started by its Schedule at each cut-off (temporal/settlement-day.ts), and by the sweeper for a day that was missed. */
export async function settlementDay(): Promise<SettlementDayReport> {
  const report = await settleMerchants()
  present({
    state: report.state,
    details: [
      `${report.day}: ${report.started_count} settlements started, ${report.reserves_released} reserves released`
    ]
  })
  return report
}
