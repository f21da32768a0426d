/** How customers and businesses are told what happened. Milliseconds of real time unless it says otherwise. */
export const notifications = {
  /** How often the dispatcher looks whether there is something to tell: a read of two indexes, and nothing in Temporal. */
  poll_ms: 1_000,
  /** Messages that are handed over at once; the notifier's part of a worker. */
  at_once: 5,
  /** What was not taken is tried again after 2 s at first, then twice as long each time, up to a minute. */
  retry_first_ms: 2_000,
  retry_max_ms: 60_000,
  /** Business time, 24 hours after it was due: what could not be told until then is old news, and stands in the app. */
  give_up_ms: 86_400_000
}
