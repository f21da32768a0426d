import { continueAsNew, proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { ScreenedCount } from '../activities/rescreening.ts'
import { screeningOptions } from './activity-options.ts'
import { present } from './presentation.ts'

const { readListVersion, screenPage } = proxyActivities<Activities>(screeningOptions)

/** Where a run goes on that its predecessor has left off. */
interface Carried {
  readonly listVersion: string
  readonly afterId: string
  readonly count: ScreenedCount
}

interface Report extends ScreenedCount {
  readonly state: 'completed'
  readonly list_version: string
}

/** A page is three events and fifty customers; a history stays below a thousand. */
const PAGES_PER_RUN = 250

/**
 * Compares the names of every customer and merchant who is due with the sanctions and PEP lists: once a day by its Schedule, and when
 * the list's keeper announces a new one. Who is near a listed name gets a periodic review, which is a run of its own.
 */
export async function rescreening(carried?: Carried): Promise<Report> {
  const listVersion = carried?.listVersion ?? (await readListVersion())
  let afterId = carried?.afterId ?? ''
  let count = carried?.count ?? { screened: 0, near: 0, failed: 0 }
  for (let pages = 0; pages < PAGES_PER_RUN; pages++) {
    show('processing')
    const { last, ...page } = await screenPage(listVersion, afterId)
    count = {
      screened: count.screened + page.screened,
      near: count.near + page.near,
      failed: count.failed + page.failed
    }
    if (last === undefined) {
      show('completed')
      return { state: 'completed', list_version: listVersion, ...count }
    }
    afterId = last
  }
  return continueAsNew<typeof rescreening>({ listVersion, afterId, count })

  function show(state: string): void {
    const { screened, near, failed } = count
    present({ state, details: [`list \`${listVersion}\``, `${screened} screened, ${near} near, ${failed} failed`] })
  }
}
