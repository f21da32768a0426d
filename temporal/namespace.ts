import { setTimeout as delay } from 'node:timers/promises'
import { isGrpcServiceError, type Connection } from '@temporalio/client'
import { ensureSearchAttributes } from './search-attributes.ts'

/** gRPC's own numbers: `@grpc/grpc-js` is no dependency of ours. */
const NOT_FOUND = 5
const ALREADY_EXISTS = 6

/** Closed runs stay readable for a week; Postgres keeps the records for ever. */
const RETENTION_SECONDS = 7 * 24 * 60 * 60

/** Makes the namespace when it is missing; a new one takes the server some seconds until it can be used. */
export async function ensureNamespace(connection: Connection, namespace: string): Promise<void> {
  try {
    await connection.workflowService.describeNamespace({ namespace })
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error
    await registerNamespace(connection, namespace)
  }
}

async function registerNamespace(connection: Connection, namespace: string): Promise<void> {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as never }
    })
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== ALREADY_EXISTS) throw error
  }
}

export interface NamespaceKeeper {
  readonly connection: Connection
  readonly namespace: string
  /** How long to rest after a round in which everything was there. */
  readonly everyMs?: number
  /** How long to rest after a round that failed: a lost Temporal is waited for closely. */
  readonly retryMs?: number
  /** How long a round may take. */
  readonly roundMs?: number
  /** What else has to be there: the sweeper's Schedule. Idempotent. */
  readonly onReady?: () => Promise<void>
  /** Told once a failed round; the keeper goes on. */
  readonly onFailure?: (error: unknown) => void
}

/**
 * Ensures namespace, search attributes and what `onReady` adds, at once and then for ever, so that a lost Temporal
 * database heals by itself.
 * @returns `firstRound`, fulfilled when everything was there for the first time, and `stop`, which waits for the round in hand.
 */
export function keepNamespaceReady(keeper: NamespaceKeeper): { firstRound: Promise<void>; stop: () => Promise<void> } {
  const stopping = new AbortController()
  let readyForTheFirstTime = (): void => undefined
  const firstRound = new Promise<void>((resolve) => (readyForTheFirstTime = resolve))
  const rounds = (async () => {
    while (!stopping.signal.aborted) {
      const ready = await oneRound(keeper)
      if (ready) readyForTheFirstTime()
      await pause(ready ? (keeper.everyMs ?? 15_000) : (keeper.retryMs ?? 1_000), stopping.signal)
    }
  })()
  return {
    firstRound,
    stop: () => {
      stopping.abort()
      return rounds
    }
  }
}

async function oneRound({
  connection,
  namespace,
  roundMs = 10_000,
  onReady,
  onFailure
}: NamespaceKeeper): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + roundMs, async () => {
      await ensureNamespace(connection, namespace)
      await ensureSearchAttributes(connection, namespace)
      await onReady?.()
    })
    return true
  } catch (error) {
    onFailure?.(error)
    return false
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined)
