import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import type { Role } from './components.ts'
import type { Journal } from './journal.ts'
import type { Link, System } from './system.ts'

/** What is broken, and how long it takes. */
export interface Breaking {
  readonly system: System
  readonly journal: Journal
  readonly for_ms: number
  readonly which: number
}

interface Fault {
  readonly name: string
  /** `kill`: a process is gone; `pause`: it stands still; the rest happens between processes. */
  readonly kind: 'kill' | 'pause' | 'connection' | 'outside'
  readonly weight: number
  /** From and to, in real milliseconds, of one that lasts. */
  readonly forMs?: readonly [number, number]
  /** It needs servers of its own. */
  readonly ownServers?: boolean
  /** How soon after it things have to go on, in milliseconds. */
  readonly limitMs: number
  /** Breaks it, and mends what does not mend itself. */
  readonly inject: (breaking: Breaking) => Promise<unknown>
}

const LIMIT_MS = { api: 5_000, worker: 20_000, postgres: 30_000, temporal: 60_000, sandbox: 20_000 } as const

const componentOf = ({ system, which }: Breaking, role: Role) => {
  const all = system.components.filter((each) => each.role === role)
  return all[which % all.length]!
}

const kill = <const R extends Role>(role: R, weight: number, ownServers = false) =>
  ({
    name: `kill-${role}`,
    kind: 'kill',
    weight,
    ownServers,
    limitMs: LIMIT_MS[role],
    inject: async (breaking) => {
      const component = componentOf(breaking, role)
      await component.kill9()
      await component.start()
    }
  }) satisfies Fault

const freeze = <const R extends Role>(role: R, weight: number, ownServers = false) =>
  ({
    name: `pause-${role}`,
    kind: 'pause',
    weight,
    ownServers,
    // Others of its kind go on; the one that stood still is back when it wakes.
    forMs: [500, 7_000],
    limitMs: LIMIT_MS[role] + 7_000,
    inject: async (breaking) => {
      const component = componentOf(breaking, role)
      component.pause()
      await pause(breaking.for_ms)
      component.resume()
    }
  }) satisfies Fault

/** The orchestrator's own database is gone: every open process is started again from its record, by the sweeper. */
const loseTemporal = {
  name: 'lose-temporal',
  kind: 'kill',
  weight: 0.1,
  ownServers: true,
  limitMs: LIMIT_MS.temporal + 30_000,
  inject: async (breaking) => {
    const temporal = componentOf(breaking, 'temporal')
    await temporal.kill9()
    if (breaking.system.temporalFolder !== undefined) rmSync(breaking.system.temporalFolder, { recursive: true })
    await temporal.start()
  }
} satisfies Fault

const reset = <const L extends Link>(link: L, weight: number) =>
  ({
    name: `reset-${link}`,
    kind: 'connection',
    weight,
    limitMs: LIMIT_MS[link],
    inject: async ({ system }) => system.links[link].resetAll()
  }) satisfies Fault

const slow = <const L extends Link>(link: L, weight: number, latencyMs: number) =>
  ({
    name: `slow-${link}`,
    kind: 'connection',
    weight,
    forMs: [500, 5_000],
    limitMs: LIMIT_MS[link] + 5_000,
    inject: async ({ system, for_ms }) => {
      system.links[link].delayBy(latencyMs)
      await pause(for_ms)
      system.links[link].delayBy(0)
    }
  }) satisfies Fault

const silence = <const L extends Link>(link: L, weight: number) =>
  ({
    name: `silence-${link}`,
    kind: 'connection',
    weight,
    forMs: [300, 4_000],
    limitMs: LIMIT_MS[link] + 4_000,
    inject: async ({ system, for_ms }) => {
      system.links[link].silence(true)
      await pause(for_ms)
      system.links[link].silence(false)
    }
  }) satisfies Fault

const refuse = <const L extends Link>(link: L, weight: number) =>
  ({
    name: `refuse-${link}`,
    kind: 'connection',
    weight,
    forMs: [200, 2_000],
    limitMs: LIMIT_MS[link] + 2_000,
    inject: async ({ system, for_ms }) => {
      system.links[link].refuse(true)
      await pause(for_ms)
      system.links[link].refuse(false)
    }
  }) satisfies Fault

/** The server does what it was asked and its answer never arrives. */
const loseAnswer = <const L extends Link>(link: L, weight: number, trap: { asked: string; answered: string }) =>
  ({
    name: `lose-answer-${link}`,
    kind: 'connection',
    weight,
    limitMs: LIMIT_MS[link],
    inject: async ({ system }) => {
      await Promise.race([system.links[link].dropAnswer(trap), pause(TRAP_MS)])
    }
  }) satisfies Fault

/** Where nobody asks anything for so long, the trap stays for whoever comes next. */
const TRAP_MS = 2_000

/** What a bank, or the acquirer, makes of its next orders. */
const outcome = <const O extends string>(name: O, weight: number, rule: object) =>
  ({
    name: `bank-${name}`,
    kind: 'outside',
    weight,
    limitMs: LIMIT_MS.sandbox,
    inject: async ({ system }) => system.sandbox.admin('POST', '/rules', { times: 2, ...rule }).catch(() => undefined)
  }) satisfies Fault

/** Signed news of what the bank was asked last, five times each, in whatever order they arrive. */
const repeatCallbacks = {
  name: 'repeat-callbacks',
  kind: 'outside',
  weight: 3,
  limitMs: LIMIT_MS.api,
  inject: async ({ system, journal, which }) => {
    const told = journal.operations.flatMap(({ answer, status }) => (status === 201 ? [String(answer?.['id'])] : []))
    const references = told.filter((id) => /^(top|wdr|pay)_/.test(id)).slice(-5)
    const { callbackSecret } = system.sandbox
    const calls = Array.from({ length: 5 }, () => references).flat()
    await Promise.all(
      calls.map(async (reference, index) => {
        const [id, at] = [`msg_${randomUUID()}`, new Date()]
        const body = JSON.stringify({ reference })
        const url = system.apiUrls[(which + index) % system.apiUrls.length]!
        const bank = ['bank-a', 'bank-b', 'acquirer'][index % 3]!
        const headers = {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': new Webhook(callbackSecret).sign(id, at, body)
        }
        const signal = AbortSignal.timeout(5_000)
        await fetch(`${url}/v1/callbacks/${bank}`, { method: 'POST', headers, body, signal }).catch(() => undefined)
      })
    )
  }
} satisfies Fault

/** Seconds to hours: deadlines and inquiries fall due in the middle of everything. */
const moveClock = {
  name: 'move-clock',
  kind: 'outside',
  weight: 2,
  limitMs: LIMIT_MS.api,
  inject: async ({ system, which }) => {
    const by_ms = [5_000, 60_000, 900_000, 7_200_000][which % 4]
    await system.sandbox.admin('POST', '/clock/advance', { by_ms }).catch(() => undefined)
  }
} satisfies Fault

/** Nobody reaches the banks for a day: what they were sent becomes an operator's task. */
const awayForADay = {
  name: 'away-for-a-day',
  kind: 'outside',
  weight: 1,
  limitMs: LIMIT_MS.sandbox,
  inject: async ({ system }) => {
    const { links, sandbox } = system
    const silent = [
      { match: {}, outcome: 'error', booked: true, times: 3 },
      { match: { operation: 'inquiry' }, outcome: 'error', times: 5 }
    ]
    for (const rule of silent) await sandbox.admin('POST', '/rules', rule).catch(() => undefined)
    await pause(1_500)
    links.sandbox.refuse(true)
    await sandbox.admin('POST', '/clock/advance', { by_ms: 25 * 3_600_000 }).catch(() => undefined)
    await pause(1_000)
    links.sandbox.refuse(false)
  }
} satisfies Fault

const catalogue = [
  kill('api', 3),
  kill('worker', 4),
  kill('sandbox', 2),
  kill('postgres', 2, true),
  kill('temporal', 1.5, true),
  loseTemporal,
  freeze('api', 2),
  freeze('worker', 3),
  freeze('sandbox', 2),
  freeze('temporal', 1, true),
  reset('postgres', 12),
  reset('temporal', 12),
  reset('sandbox', 12),
  loseAnswer('postgres', 20, { asked: 'commit', answered: 'COMMIT' }),
  // Of these two the next answer, whatever it is.
  loseAnswer('temporal', 8, { asked: '', answered: '' }),
  loseAnswer('sandbox', 8, { asked: 'POST', answered: '' }),
  slow('postgres', 3, 150),
  slow('temporal', 3, 300),
  slow('sandbox', 3, 1_000),
  silence('postgres', 3),
  silence('temporal', 3),
  silence('sandbox', 3),
  refuse('postgres', 3),
  refuse('temporal', 3),
  refuse('sandbox', 3),
  outcome('books-and-closes', 4, { match: { operation: 'pull' }, outcome: 'book_then_close' }),
  outcome('pushes-and-closes', 2, { match: { operation: 'push' }, outcome: 'book_then_close' }),
  outcome('never-answers', 1, { match: {}, outcome: 'timeout' }),
  outcome('fails-and-booked', 3, { match: {}, outcome: 'error', booked: true }),
  outcome('fails', 3, { match: {}, outcome: 'error' }),
  outcome('repeats', 3, { match: {}, outcome: 'duplicate_callback' }),
  outcome('reorders', 3, { match: {}, outcome: 'reorder' }),
  outcome('declines', 2, { match: {}, outcome: 'decline' }),
  outcome('cannot-say', 3, { match: { operation: 'inquiry' }, outcome: 'error' }),
  outcome('sale-and-closes', 2, { match: { operation: 'sale' }, outcome: 'book_then_close' }),
  outcome('captures-and-closes', 2, { match: { operation: 'capture' }, outcome: 'book_then_close' }),
  repeatCallbacks,
  moveClock,
  awayForADay
] as const

export type FaultName = (typeof catalogue)[number]['name']

/** Everything that can be broken, by name. */
export const faults: readonly (Fault & { readonly name: FaultName })[] = catalogue
