import { setTimeout as pause } from 'node:timers/promises'
import { Unanswered, type Callers } from './callers.ts'
import type { Random } from './random.ts'
import type { Story } from './story.ts'
import { stories } from './stories/index.ts'
import type { System } from './system.ts'

export interface Traffic {
  /** Nothing new begins; resolves when every story that had begun is over. */
  stop(): Promise<void>
  /** Resolves when all is told; never, where nothing but `stop` ends it. */
  readonly told: Promise<unknown>
  /** Stories that ended with an error, which no fault excuses. */
  readonly broken: readonly string[]
}

/** So many people at once, each one story after the other. */
const CLIENTS = 6

/** @param storiesEach so many are told by each of them, and no more; absent: until it is stopped. */
export function startTraffic(system: System, callers: Callers, random: Random, storiesEach = Infinity): Traffic {
  const broken: string[] = []
  let stopped = false
  const client = async (source: Random) => {
    for (let number = 0; number < storiesEach && !stopped; number++) {
      const story = source.weighted(stories)
      await tell(story, system, callers, source).catch((error: unknown) => {
        if (!(error instanceof Unanswered)) broken.push(`${story.name}: ${String(error)}`)
      })
      await pause(source.between(0, 50))
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, index) => client(random.fork(`client-${index}`)))
  const told = Promise.all(clients)
  return {
    broken,
    told,
    stop: async () => {
      stopped = true
      await told
    }
  }
}

function tell(story: Story, { people, sandbox }: System, callers: Callers, random: Random): Promise<unknown> {
  const as = (by: string) => callers.as(by, story.name)
  return story.run({
    random,
    people,
    sandbox,
    customer: random.pick(people.customers),
    service: as('service'),
    merchant: as('merchant'),
    as,
    introduce: callers.introduce
  })
}
