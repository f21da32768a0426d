import { heartbeat } from '@temporalio/activity'

/** Real milliseconds; a fifth of what an activity that uses it may be silent for. */
const BEAT_MS = 1_000

/** Says again and again that the work goes on, for as long as it does. */
export async function beating<Result>(work: () => Promise<Result>): Promise<Result> {
  const timer = setInterval(() => heartbeat(), BEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
