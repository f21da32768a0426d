// Exit code 0 when Temporal knows a worker of this machine (in a container: of this container) as one that asks for work.
import { hostname } from 'node:os'
import { loadConfig } from '../config.ts'
import { connectClient } from '../temporal/connection.ts'
import { pollersOf } from '../temporal/pollers.ts'

/** A poll waits for work for a minute at most, and counts from when it began. */
const SEEN_WITHIN_MS = 120_000

const config = loadConfig()
const { connection, close } = connectClient(config)
try {
  const pollers = await pollersOf(connection, config.TEMPORAL_NAMESPACE, config.TEMPORAL_TASK_QUEUE)
  const mine = pollers.filter(({ identity, lastSeen }) => isHere(identity) && Date.now() - lastSeen < SEEN_WITHIN_MS)
  if (mine.length === 0) throw new Error(`no worker on ${hostname()} asks for work`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await close()
}

/** Temporal's workers call themselves `<pid>@<host>`. */
function isHere(identity: string): boolean {
  return identity.endsWith(`@${hostname()}`)
}
