import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyToJSON, type History } from '@temporalio/common/lib/proto-utils.js'

/** A run as it really happened, encrypted under the published test key. */
export interface RecordedRun {
  /** Payloads are bound to it. */
  readonly workflowId: string
  /** The record's terminal state. */
  readonly state: string
  /** As Temporal's own tools write it. */
  readonly history: object
}

const folder = join(import.meta.dirname, 'histories')

/** By the name of its story: `payment/declined-at-once`. */
export function readRecordedRuns(): Map<string, RecordedRun> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return new Map(
    files.map((file) => [
      file.slice(0, -'.json'.length).replace('.', '/'),
      JSON.parse(readFileSync(join(folder, file), 'utf8')) as RecordedRun
    ])
  )
}

export function writeRecordedRun(name: string, workflowId: string, state: string, history: History): void {
  const run: RecordedRun = { workflowId, state, history: withoutNames(JSON.parse(historyToJSON(history))) as object }
  writeFileSync(join(folder, `${name.replace('/', '.')}.json`), `${JSON.stringify(run)}\n`)
}

/** Who ran it names the machine that it ran on, which is nobody's business and nothing to replay. */
function withoutNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNames)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'identity' ? 'recorded' : withoutNames(inner)])
  )
}
