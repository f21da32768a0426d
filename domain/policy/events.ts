/** The stream of events, in each API process. Real milliseconds. */
export const events = {
  stream: {
    /** Proxies close what is silent for a minute, some for 30 s. */
    heartbeat_ms: 15_000,
    /** How long a client waits before it comes back: an API that restarts is there again by then. */
    retry_ms: 2_000,
    /** While anybody streams: how long after the last look without anything new. One query for all. */
    look_every_ms: 150,
    /** How soon an ended session or a revoked key ends its streams. One query for all. */
    credentials_every_ms: 2_000,
    /** A backend has a few instances with a few readers each; more is a leak. */
    per_principal_max: 10,
    /** Each costs a connection and some kilobytes. */
    in_all_max: 1_000,
    /** Two thousand events. Who is behind by more is cut off, and comes back where they were. */
    unread_max_bytes: 1_048_576,
    /** Half a minute in which a reader has read nothing of what waits for them; then they are cut off. */
    unread_beats_max: 2
  }
}
