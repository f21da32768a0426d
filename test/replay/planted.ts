// Workflows that were changed without `patched`, as a careless deploy would: replay has to notice.
import { proxyLocalActivities, sleep } from '@temporalio/workflow'
import type { Activities } from '../../activities/index.ts'
import { lateBankNews } from '../../workflows/late-bank-news.ts'
import { payment } from '../../workflows/payment.ts'
import { topUp } from '../../workflows/top-up.ts'

const { readBusinessClock } = proxyLocalActivities<Activities>({ startToCloseTimeout: '10 s' })

/** Not changed: shows that it is the plant that is noticed, and not the planting. */
const unchanged = (start: Parameters<typeof topUp>[0]) => topUp(start)

/** A timer that was not there. */
async function withTimer(start: Parameters<typeof payment>[0]) {
  const ended = payment(start)
  await sleep(1)
  return ended
}

/** A step that was not there. */
async function withActivity(start: Parameters<typeof lateBankNews>[0]) {
  await readBusinessClock()
  return lateBankNews(start)
}

export { unchanged as 'top-up', withTimer as payment, withActivity as 'late-bank-news' }
