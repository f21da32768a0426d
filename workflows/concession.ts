import { proxyLocalActivities } from '@temporalio/workflow'
import type { ConcessionProgress, ConcessionStart } from '../activities/concession-progress.ts'
import type { Activities } from '../activities/index.ts'
import { concessionStates, type ConcessionState } from '../domain/concession.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { recordOptions } from './activity-options.ts'
import { createBankStory } from './bank-story.ts'
import { reject, writeOff } from './messages.ts'
import { present } from './presentation.ts'
import { untilNudged } from './wait.ts'

const { openConcession, readConcession, grantConcession, rejectConcession, listConcessionDecisions } =
  proxyLocalActivities<Activities>(recordOptions)

/** We give up money of our own: at once, or when another operator has said yes. */
export async function concession(start: ConcessionStart): Promise<ConcessionProgress> {
  const story = createBankStory<ConcessionState, ConcessionProgress>({
    start,
    states: concessionStates,
    steps: {
      'write-off': (id) => grantConcession(start, id),
      reject: (id) => rejectConcession(start, id)
    },
    updates: [writeOff, reject],
    listDecisions: () => listConcessionDecisions(start),
    draw: ({ state, amount }) =>
      present({
        state,
        details: [
          `${formatMoney(fromWire(amount))} of ours: ${start.order.kind}`,
          `record: \`GET /v1/concessions/${start.id}\``
        ]
      })
  })
  const { nudges, isOver, show, alone, consumeDecisions } = story
  story.begin(await openConcession(start))
  // A run that was started again may find decisions that nobody could deliver.
  nudges.received += 1
  while (!isOver()) {
    if ((await untilNudged({ nudges, or: isOver })) === 'met') break
    await consumeDecisions()
    show(await alone(() => readConcession(start)))
  }
  return story.end()
}
