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
  let ended: { readonly answer: Answer } | { readonly error: unknown } | undefined
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
  const how = ended as { readonly answer: Answer } | { readonly error: unknown } | undefined
  if (how !== undefined && 'answer' in how) return how.answer
  if (isOver() && isCancellation(how?.error)) return undefined
  throw how?.error
}
