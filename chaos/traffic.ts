import { setTimeout as pause } from 'node:timers/promises'
import { Unanswered, type Callers } from './callers.ts'
import type { Random } from './random.ts'
import type { Story } from './story.ts'
import { stories } from './stories/index.ts'
import type { System } from './system.ts'

export interface Traffic {
  /** Nothing new begins; resolves when every story that had begun is over. */
  stop(): Promise<void>
  /** Stories that ended with an error, which no fault excuses. */
  readonly broken: readonly string[]
}

/** So many people at once, each one story after the other. */
const CLIENTS = 6

export function startTraffic(system: System, callers: Callers, random: Random): Traffic {
  const broken: string[] = []
  let stopped = false
  const client = async (source: Random) => {
    while (!stopped) {
      const story = source.weighted(stories)
      await tell(story, system, callers, source).catch((error: unknown) => {
        if (!(error instanceof Unanswered)) broken.push(`${story.name}: ${String(error)}`)
      })
      await pause(source.between(0, 50))
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, index) => client(random.fork(`client-${index}`)))
  return {
    broken,
    stop: async () => {
      stopped = true
      await Promise.all(clients)
    }
  }
}

function tell(story: Story, { people, sandbox }: System, callers: Callers, random: Random): Promise<unknown> {
  const as = (by: string) => callers.as(by, { story: story.name, random })
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
