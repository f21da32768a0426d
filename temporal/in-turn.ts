import { patched } from '@temporalio/workflow'

/**
 * Begins each step when the one before is over, in the order in which they come. Inside a workflow only: `change` is the name of
 * the `patched()` that is asked where a step has to wait, so that runs in which two overlapped before go on as they began.
 */
export function inTurn(change: string): <Result>(step: () => Promise<Result>) => Promise<Result> {
  let underWay = 0
  let last: Promise<unknown> = Promise.resolve()
  return (step) => {
    const waits = underWay > 0 && patched(change)
    underWay += 1
    const result = waits ? last.then(step) : step()
    const mine = result.finally(() => void (underWay -= 1))
    last = mine.catch(() => undefined)
    return mine
  }
}
