import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface EventLog<Event> {
  /** What the file held when it was opened, oldest first. */
  readonly past: readonly Event[]
  append(event: Event): void
  /** Resolves when everything appended so far has reached the disk; rejects for ever once a write has failed. */
  durable(): Promise<void>
  close(): Promise<void>
}

/** Nothing survives the process: for tests that need no restart. */
export const openMemoryLog = <Event>(): EventLog<Event> => ({
  past: [],
  append: () => undefined,
  durable: () => Promise.resolve(),
  close: () => Promise.resolve()
})

/**
 * An append-only file of JSON lines. While one write and its fsync are under way the next lines gather, and go out
 * together: many instructions at once cost one fsync. A last line that a crash left unfinished was never acknowledged
 * to anyone, and is cut off.
 */
export async function openFileLog<Event>(file: string): Promise<EventLog<Event>> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'a+', 0o600)
  const past = await readWholeLines<Event>(handle)
  let gathered: string[] = []
  let written = Promise.resolve()

  const write = async () => {
    const lines = gathered
    gathered = []
    await handle.appendFile(lines.join(''))
    await handle.datasync()
  }
  return {
    past,
    append(event) {
      gathered.push(`${JSON.stringify(event)}\n`)
      if (gathered.length === 1) written = written.then(write)
    },
    durable: () => written,
    async close() {
      await written
      await handle.close()
    }
  }
}

const readWholeLines = async <Event>(handle: FileHandle): Promise<Event[]> => {
  const bytes = await handle.readFile()
  const end = bytes.lastIndexOf('\n') + 1
  if (end < bytes.length) await handle.truncate(end)
  const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Event)
}
