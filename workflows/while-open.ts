import { CancellationScope, isCancellation } from '@temporalio/workflow'
import { untilNudged, type Nudges } from './wait.ts'

/** What a long question must not keep the run from. */
interface Watch {
  readonly nudges: Nudges
  readonly isOver: () => boolean
  /** A nudge may stand for a decision that no message has brought. */
  readonly onNudged: () => Promise<void>
}

/**
 * Asks, for as long as it takes, while decisions are still taken; when one of them ends the process, the question is
 * given up.
 * @returns undefined when the process is over.
 */
export async function askWhileOpen<Answer>(
  ask: () => Promise<Answer>,
  { nudges, isOver, onNudged }: Watch
): Promise<Answer | undefined> {
  const scope = new CancellationScope()
  let ended: Ended<Answer> | undefined
  const asking = scope.run(ask).then(
    (answer) => void (ended = { answer }),
    (error: unknown) => void (ended = { error })
  )
  while (ended === undefined && !isOver()) {
    const woken = await untilNudged({ nudges, or: () => ended !== undefined || isOver() })
    if (woken === 'nudged') await onNudged()
  }
  if (ended === undefined) scope.cancel()
  await asking
  return answerIn(ended, isOver)
}

type Ended<Answer> = { readonly answer: Answer } | { readonly error: unknown }

function answerIn<Answer>(ended: Ended<Answer> | undefined, isOver: () => boolean): Answer | undefined {
  if (ended && 'answer' in ended) return ended.answer
  if (isOver() && isCancellation(ended?.error)) return undefined
  throw ended?.error
}
