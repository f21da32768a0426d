import { proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { DecisionOutcome, Progress } from '../domain/orders.ts'
import type { States } from '../domain/transitions.ts'
import { recordOptions } from './activity-options.ts'
import type { BankSteps, BankTalk } from './ask-bank.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import type { cancel, Start } from './messages.ts'
import { receiveNudges } from './wait.ts'

const { readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)

/** What one process puts into the story that all have which instruct a bank. */
interface Told<State extends string, Seen extends Progress<State>> {
  readonly start: Start<unknown>
  readonly states: States<State>
  /** What can be decided about it, by the name of the decision; `retry` also wakes whoever waits for the bank. */
  readonly steps: Readonly<Record<string, (decisionId: string) => Promise<DecisionOutcome<State>>>>
  readonly updates: readonly (typeof cancel)[]
  listDecisions(): Promise<readonly { readonly id: string; readonly action: string }[]>
  /** @param next when the bank is asked again; undefined: it is not waited for. */
  draw(progress: Seen, next: string | undefined): void
}

/**
 * What the runs of all processes have alike that instruct a bank: the first answer, nudges, decisions one at a time, and a
 * picture of where they stand. Call it before the workflow's first `await`.
 */
export function createBankStory<State extends string, Seen extends Progress<State>>(told: Told<State, Seen>) {
  const { start, states, steps, updates, listDecisions, draw } = told
  const answer = answerFirst<Progress<State>>(start)
  const nudges = receiveNudges()
  let current: Seen | undefined
  let next: string | undefined

  const isOver = (): boolean => current !== undefined && states.isTerminal(current.state)
  const decisions = createDecisions<State>(
    {
      ...steps,
      ...(steps['retry'] && { retry: wakingAll(steps['retry']) })
    },
    (progress) => show(progress as Seen)
  )
  for (const update of updates) setHandler(update, (id) => decisions.take(update.name, id))

  /** A step that answers late must not set the picture back. */
  function show(progress: Seen): void {
    if (current && progress.version < current.version) return
    current = progress
    draw(progress, next)
  }

  async function consumeDecisions(): Promise<void> {
    for (const { id, action } of await listDecisions()) await decisions.take(action, id)
  }

  function wakingAll(retry: (decisionId: string) => Promise<DecisionOutcome<State>>): typeof retry {
    return async (id) => {
      const outcome = await retry(id)
      nudges.received += 1
      return outcome
    }
  }

  /** What `settleWithBank` needs of the run. */
  const talk: Pick<BankTalk, 'nudges' | 'businessNow' | 'isOver' | 'onWaiting' | 'onNudged'> &
    Pick<BankSteps<Seen>, 'onHeard' | 'step'> = {
    nudges,
    businessNow: readBusinessClock,
    isOver,
    onWaiting: (until) => {
      next = until
      show(current!)
    },
    onNudged: consumeDecisions,
    onHeard: () => (next = undefined),
    step: async (take) => show(await decisions.alone(take))
  }

  return {
    nudges,
    talk,
    isOver,
    show,
    consumeDecisions,
    alone: decisions.alone,
    /** Where it stands, as far as anybody has said. */
    current: (): Seen => current!,
    /** Whoever asks again after Temporal has forgotten the first run gets the first answer, not today's. */
    begin: ({ first_version, ...progress }: Seen & { readonly first_version?: number }): void => {
      show(progress as unknown as Seen)
      answer.give({ ...(progress as unknown as Seen), version: first_version ?? progress.version })
    },
    /** Await it before returning. */
    end: async (): Promise<Seen> => {
      await answer.delivered()
      return current!
    }
  }
}
