import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Connection } from '@temporalio/client'
import { startPart, type PartCommand } from './part.ts'

export interface TemporalOptions {
  /** The Temporal CLI, see `obtainTemporalCli`. */
  readonly binary: string
  readonly port: number
  /** Without it there is no UI. */
  readonly uiPort?: number
  /** Without it everything is forgotten when the server stops. */
  readonly databaseFile?: string
  /** Where the UI has payloads decoded; needs `uiPort`. */
  readonly codecEndpoint?: string
  readonly namespace: string
  /** Beside ours. */
  readonly dynamicConfig?: Readonly<Record<string, string>>
}

export interface RunningTemporal {
  readonly address: string
  readonly pid: number
  readonly ended: Promise<string>
  stop(): Promise<void>
}

/**
 * The dev server is tuned for a laptop that runs everything once: one history shard that polls its queues 20 times a
 * second. Most of these took an empty workflow from 48 to 20 ms (two processors); docs/decisions has the measurements.
 */
const dynamicConfig: Readonly<Record<string, string>> = {
  // Every step of a workflow waits for the next poll of these queues: up to 50 ms each.
  'history.transferProcessorMaxPollRPS': '10000',
  'history.timerProcessorMaxPollRPS': '10000',
  'history.visibilityProcessorMaxPollRPS': '10000',
  // Timers otherwise fire up to one second late.
  'history.timerProcessorMaxTimeShift': '"5ms"',
  // One worker process polls: with four partitions a task often waits to be forwarded to the one that is polled.
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
  // Runs whose task failed so often in a row can be listed (`npm run verify`); the default is never.
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': '2'
}

/** A killed server loses nothing that it acknowledged; only a power cut may take the last moments. */
const pragmas = ['journal_mode=wal', 'synchronous=NORMAL']

/** Starts Temporal's dev server on the loopback interface. */
export async function startTemporal(options: TemporalOptions, logFile: string): Promise<RunningTemporal> {
  const part = await startPart(temporalCommand(options), logFile)
  return { address: `127.0.0.1:${options.port}`, pid: part.pid, ended: part.ended, stop: () => part.stop() }
}

export function temporalCommand(options: TemporalOptions): PartCommand {
  if (options.databaseFile) mkdirSync(dirname(options.databaseFile), { recursive: true, mode: 0o700 })
  const { binary, port, uiPort, databaseFile, codecEndpoint, namespace } = options
  const address = `127.0.0.1:${port}`
  return {
    name: 'temporal',
    command: binary,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
      ...['--log-format', 'json', '--log-level', 'warn', '--ui-disable-news-fetch'],
      ...(uiPort === undefined ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
      ...(codecEndpoint === undefined ? [] : ['--ui-codec-endpoint', codecEndpoint]),
      ...(databaseFile === undefined ? [] : ['--db-filename', databaseFile]),
      ...(databaseFile === undefined ? [] : pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma])),
      ...Object.entries({ ...dynamicConfig, ...options.dynamicConfig }).flatMap(([key, value]) => [
        '--dynamic-config-value',
        `${key}=${value}`
      ])
    ],
    // The caller's TEMPORAL_… variables are for clients and would mislead it. GOGC: four times fewer garbage
    // collections for some tens of megabytes.
    environment: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, GOGC: '400' },
    isReady: () => answers(address, namespace),
    readyLimitMs: 60_000,
    stopSignals: ['SIGINT', 'SIGTERM'],
    stopLimitMs: 10_000
  }
}

/** The namespace is made after the server listens: it answers for it last. */
async function answers(address: string, namespace: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 })
    try {
      await connection.withDeadline(Date.now() + 1_000, () =>
        connection.workflowService.describeNamespace({ namespace })
      )
      return true
    } finally {
      await connection.close()
    }
  } catch {
    return false
  }
}
