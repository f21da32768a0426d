import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createSandbox } from './app.ts'
import { openWorld } from './world.ts'

/** The outside world in a process of its own. It reads command-line arguments and nothing else of the product. */
const Arguments = z.object({
  /** 0 takes a free one. */
  port: z.coerce.number().int().min(0).max(65_535).default(3001),
  host: z.string().default('127.0.0.1'),
  /** Where the banks remember; without it they forget with the process. */
  state: z.string().min(1).optional(),
  'admin-key': z.string().min(16),
  'client-key': z.string().min(1),
  'callback-url': z.url({ protocol: /^https?$/ }).optional(),
  'callback-secret': z.string().startsWith('whsec_'),
  'bank-b-delay-ms': z.coerce.number().int().min(0).default(60_000),
  /** How far its clock is ahead of the machine's when its world begins; one that has begun keeps its own. */
  'clock-ahead-ms': z.coerce.number().int().min(0).default(0)
})

const options = Object.fromEntries(Object.keys(Arguments.shape).map((name) => [name, { type: 'string' as const }]))

/** Requests under way may end; those that are never to be answered are cut after this. */
const STOP_MS = 300

const readArguments = (): z.output<typeof Arguments> => {
  const parsed = Arguments.safeParse(parseArgs({ options }).values)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => `  --${path.join('.')}: ${message}`)
  throw new Error(`The sandbox's arguments are not complete:\n${lines.join('\n')}`)
}

const main = async (): Promise<void> => {
  const given = readArguments()
  const world = await openWorld(given.state)
  const url = given['callback-url']?.replace(/\/+$/, '')
  if (url !== undefined && url !== world.callbackUrl) world.record({ type: 'callback_url', url })
  const ahead = given['clock-ahead-ms']
  if (ahead > 0 && world.banks.a.journal.length === 0) world.record({ type: 'clock', offset_ms: ahead })
  const sandbox = createSandbox(world, {
    adminKey: given['admin-key'],
    clientKey: given['client-key'],
    callbackSecret: given['callback-secret'],
    bankBDelayMs: given['bank-b-delay-ms']
  })
  // Longer than whoever asks keeps an idle connection: what is sent on one that is just being ended is lost.
  const server = createServer({ keepAliveTimeout: 75_000 }, sandbox.app)

  const stop = async (): Promise<void> => {
    sandbox.stop()
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    await Promise.race([closed, sleep(STOP_MS)])
    server.closeAllConnections()
    await world.close()
    process.exit(0)
  }
  process.once('SIGTERM', () => void stop())
  process.once('SIGINT', () => void stop())

  await world.durable()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(given.port, given.host, resolve)
  })
  sandbox.resume()
  console.log(`listening http://${given.host}:${(server.address() as AddressInfo).port}`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
