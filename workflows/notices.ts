import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { NoticeReport } from '../activities/notices.ts'
import { noticeOptions } from './activity-options.ts'

const { sendNotices } = proxyActivities<Activities>(noticeOptions)

/** Started by its Schedule every 10 s (temporal/notices.ts): no payment waits for a message about it. */
export const notices = (): Promise<NoticeReport> => sendNotices()
