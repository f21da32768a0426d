import { heartbeat, log } from '@temporalio/activity'

/** Real milliseconds for somebody outside to tell their news; the next sweep asks again. */
export const LIST_TIMEOUT_MS = 5_000

/** A list that somebody outside keeps, and how far it is booked here. */
interface Followed<Entry extends { readonly reference: string }> {
  /** As it stands in logs. */
  readonly whom: string
  readonly list: (signal: AbortSignal) => Promise<readonly Entry[]>
  /** Books it, once, whoever repeats it. @returns false when it has to wait, and what follows it */
  readonly book: (entry: Entry) => Promise<boolean>
}

/** Books what is new in the order of the list. @returns the references of those that were booked */
export async function followList<Entry extends { readonly reference: string }>({
  whom,
  list,
  book
}: Followed<Entry>): Promise<string[]> {
  const booked: string[] = []
  try {
    heartbeat(whom)
    for (const entry of await list(AbortSignal.timeout(LIST_TIMEOUT_MS))) {
      heartbeat(entry.reference)
      if (!(await book(entry))) break
      booked.push(entry.reference)
    }
  } catch (error) {
    log.warn(`${whom}: the news are not booked`, { why: String(error) })
  }
  return booked
}
