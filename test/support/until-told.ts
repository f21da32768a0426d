import type { Answered, Client } from './client.ts'

/** Reads the record until its history has that type, so many times. */
export const untilTold = (client: Client, path: string, type: string, times = 1): Promise<Answered> =>
  client.until(
    path,
    ({ timeline }) => (timeline as { type: string }[]).filter((row) => row.type === type).length >= times
  )
